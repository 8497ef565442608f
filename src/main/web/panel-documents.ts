import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as v from 'valibot';
import { contentType, documentFiles, isHashed, viteManifestSchema } from '../../shared/serve/document-files.js';
import {
  PANEL_DOCUMENT,
  PANEL_PERMISSIONS_POLICY,
  panelPolicy,
  REPLAY_DOCUMENT,
} from '../../shared/serve/panel-documents.js';
import { replayPolicy } from '../../shared/serve/replay-policy.js';
import { COMMON_HEADERS, refuse } from './frame-http.js';

export interface PanelDocumentsOptions {
  /** The build's renderer output, with Vite's manifest. */
  readonly folder: string;
  /** Who may embed the panel: the app's origins. */
  readonly embedders: () => readonly string[];
  readonly mintCapability: () => string;
}

/** The panel's document, its preview's, and what they are made of; nothing else of the build. */
export class PanelDocuments {
  readonly #options: PanelDocumentsOptions;
  #files: Promise<ReadonlySet<string>> | undefined;

  constructor(options: PanelDocumentsOptions) {
    this.#options = options;
  }

  /** The request's Host has been checked. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405);
      return;
    }
    const file = (request.url ?? '').split('?', 1)[0]?.slice(1) ?? '';
    this.#files ??= this.#list();
    const files = await this.#files.catch(() => undefined);
    if (files === undefined) {
      this.#files = undefined; // Not built yet, perhaps: looked for again at the next request.
      refuse(response, 503);
    } else if (!files.has(file)) {
      refuse(response, 404);
    } else if (!isWantedRightly(file, request)) {
      refuse(response, 403);
    } else if (file === PANEL_DOCUMENT) {
      await this.#servePanel(response);
    } else {
      this.#serveFile(file, response);
    }
  }

  async #list(): Promise<ReadonlySet<string>> {
    const text = await readFile(join(this.#options.folder, '.vite/manifest.json'), 'utf8');
    const manifest = v.parse(viteManifestSchema, JSON.parse(text));
    return documentFiles(
      manifest,
      [PANEL_DOCUMENT, REPLAY_DOCUMENT].filter((document) => document in manifest),
    );
  }

  /** Each load gets a capability of its own, in the document and nowhere else. */
  async #servePanel(response: ServerResponse): Promise<void> {
    const html = await readFile(join(this.#options.folder, PANEL_DOCUMENT), 'utf8');
    const json = JSON.stringify({ capability: this.#options.mintCapability() }).replace(/</g, '\\u003c');
    const data = `<script type="application/json" id="fluxrec-capability">${json}</script>`;
    response.writeHead(200, {
      ...COMMON_HEADERS,
      ...documentHeaders(panelPolicy(this.#embedders())),
      // A page that is isolated by COEP may embed only what says that it may be embedded.
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
    response.end(html.replace(/<\/head>/i, () => `${data}</head>`));
  }

  /** The grammar of policies has no IPv6 addresses: an app that is opened as http://[::1] cannot embed the panel. */
  #embedders(): string[] {
    return this.#options.embedders().filter((origin) => !origin.includes('['));
  }

  #serveFile(file: string, response: ServerResponse): void {
    const stream = createReadStream(join(this.#options.folder, file));
    stream.once('open', () => {
      response.writeHead(200, {
        ...COMMON_HEADERS,
        ...(file === REPLAY_DOCUMENT
          ? documentHeaders(replayPolicy(this.#embedders()))
          : { 'Content-Type': contentType(file) }),
        'Cache-Control': isHashed(file) ? 'private, max-age=31536000, immutable' : 'no-cache',
        // Workers of a document under COEP need it too.
        'Cross-Origin-Embedder-Policy': 'require-corp',
      });
      stream.pipe(response);
    });
    stream.once('error', () => {
      if (response.headersSent) response.destroy();
      else refuse(response, 404);
    });
  }
}

/** A document is loaded into a window or a frame, never read by a script: `fetch`, `<script src>` and the like end here. */
function isWantedRightly(file: string, { headers }: IncomingMessage): boolean {
  const destination = headers['sec-fetch-dest'];
  const site = headers['sec-fetch-site'];
  if (file === PANEL_DOCUMENT) return destination === 'document' || destination === 'iframe';
  if (file === REPLAY_DOCUMENT) return destination === 'iframe' && site === 'same-origin';
  return site === undefined || site === 'same-origin';
}

function documentHeaders(policy: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': PANEL_PERMISSIONS_POLICY,
  };
}
