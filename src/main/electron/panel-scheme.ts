import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PANEL_ORIGIN } from '../../shared/protocol/bridge.js';
import { contentType, documentFiles, viteManifestSchema } from '../../shared/serve/document-files.js';
import {
  PANEL_DOCUMENT,
  PANEL_PERMISSIONS_POLICY,
  panelPolicy,
  REPLAY_DOCUMENT,
} from '../../shared/serve/panel-documents.js';
import { replayPolicy } from '../../shared/serve/replay-policy.js';

export const PANEL_URL = `${PANEL_ORIGIN}/${PANEL_DOCUMENT}`;
export const REPLAY_URL = `${PANEL_ORIGIN}/${REPLAY_DOCUMENT}`;

const HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': PANEL_PERMISSIONS_POLICY,
  'Cache-Control': 'no-cache',
};
const POLICIES = new Map([
  [PANEL_DOCUMENT, panelPolicy([])],
  [REPLAY_DOCUMENT, replayPolicy()],
]);

/** Answers for the panel's scheme: its document, its preview's, and what they are made of; nothing else of the build. */
export function servePanel(folder: string): (request: Pick<Request, 'method' | 'url'>) => Promise<Response> {
  let files: Promise<ReadonlySet<string>> | undefined;
  return async ({ method, url }) => {
    if (method !== 'GET') return refuse(405);
    const asked = new URL(url);
    // `origin` is opaque for a scheme that Node does not know.
    if (`${asked.protocol}//${asked.host}` !== PANEL_ORIGIN) return refuse(404);
    files ??= listFiles(folder);
    const listed = await files.catch(() => undefined);
    if (listed === undefined) {
      files = undefined; // Not built yet, perhaps: looked for again at the next request.
      return refuse(503);
    }
    const file = asked.pathname.slice(1);
    if (!listed.has(file)) return refuse(404);
    const bytes = await readFile(join(folder, file)).catch(() => undefined);
    if (bytes === undefined) return refuse(404);
    const policy = POLICIES.get(file);
    return new Response(new Uint8Array(bytes), {
      headers: {
        ...HEADERS,
        'Content-Type': contentType(file),
        ...(policy === undefined ? {} : { 'Content-Security-Policy': policy }),
      },
    });
  };
}

async function listFiles(folder: string): Promise<ReadonlySet<string>> {
  const text = await readFile(join(folder, '.vite/manifest.json'), 'utf8');
  return documentFiles(v.parse(viteManifestSchema, JSON.parse(text)), [PANEL_DOCUMENT, REPLAY_DOCUMENT]);
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}
