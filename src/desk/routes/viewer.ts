import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { contentType, documentFiles, isHashed, viteManifestSchema } from '../../shared/serve/document-files.js';
import { replayPolicy } from '../../shared/serve/replay-policy.js';
import { systemCode } from '../../store/errors.js';
import { DeskError } from '../errors.js';
import { viewerPolicy } from '../http/headers.js';
import { namesTag } from '../http/range.js';
import type { RateLimits } from '../limits.js';

const VIEWER = 'src/viewer/index.html';
const REPLAY = 'src/viewer/replay.html';
/** Below this a smaller body saves no packet. */
const MIN_GZIP_BYTES = 1400;

interface BuiltFile {
  readonly modifiedMs: number;
  readonly tag: string;
  readonly bytes: Buffer;
  readonly gzipped: Buffer | undefined;
}

export interface ViewerRoutesOptions {
  readonly viewerDir: string;
  /** Where the viewer reads parts from besides the desk itself. */
  readonly storeOrigin: string | undefined;
  readonly rateLimits: RateLimits;
}

/**
 * The viewer and its replay document as they were built. The build's folder holds other origins' documents too: only what
 * these two reach is served, by a list, so that no path can lead anywhere else.
 */
export function viewerRoutes(app: FastifyInstance, options: ViewerRoutesOptions): void {
  const { viewerDir, storeOrigin, rateLimits } = options;
  const build = new Build(viewerDir);
  const policies: Readonly<Record<string, string>> = { [VIEWER]: viewerPolicy(storeOrigin), [REPLAY]: replayPolicy() };
  app.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    config: { rateLimit: { max: rateLimits.files } },
    handler: async (request, reply) => {
      const path = (request.params as { '*': string })['*'];
      // An address of the API that there is not: no page, whether there is a build or not.
      if (request.url.startsWith('/api/')) throw new DeskError('not-found');
      const name = path === '' ? VIEWER : path;
      const file = await build.file(name);
      if (file === undefined) throw new DeskError('not-found');
      const policy = policies[name];
      if (policy !== undefined) reply.header('content-security-policy', policy);
      return sendFile(request, reply, name, file);
    },
  });
}

function sendFile(request: FastifyRequest, reply: FastifyReply, name: string, file: BuiltFile): FastifyReply {
  reply.headers({
    'content-type': contentType(name),
    'cache-control': isHashed(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.tag,
    vary: 'accept-encoding',
  });
  if (namesTag(request.headers['if-none-match'] ?? '', file.tag)) return reply.status(304).send();
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(request.headers['accept-encoding'] ?? '');
  const gzipped = takesGzip ? file.gzipped : undefined;
  if (gzipped !== undefined) reply.header('content-encoding', 'gzip');
  const body = gzipped ?? file.bytes;
  reply.header('content-length', body.length);
  return request.method === 'HEAD' ? reply.send() : reply.send(body);
}

/**
 * The viewer's document has a policy of its own, for servers that send none. Of two policies both hold: beside the desk's, which
 * allows its store, that one would forbid it.
 */
function withoutPolicy(html: Buffer): Buffer {
  return Buffer.from(html.toString('utf8').replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/i, ''));
}

/** The files of one build, kept in memory; another build in the same folder is noticed. */
class Build {
  readonly #folder: string;
  readonly #files = new Map<string, BuiltFile>();
  #list: { readonly modifiedMs: number; readonly names: ReadonlySet<string> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws `viewer-missing` where there is no build. */
  async file(name: string): Promise<BuiltFile | undefined> {
    if (!(await this.#names()).has(name)) return undefined;
    const path = join(this.#folder, ...name.split('/'));
    try {
      const { mtimeMs, size } = await stat(path);
      const kept = this.#files.get(name);
      if (kept?.modifiedMs === mtimeMs) return kept;
      const read = await readFile(path);
      const bytes = name === VIEWER ? withoutPolicy(read) : read;
      const isText = /^text\/|json|svg/.test(contentType(name));
      const file: BuiltFile = {
        modifiedMs: mtimeMs,
        tag: `"${size.toString(36)}-${Math.round(mtimeMs * 1000).toString(36)}"`,
        bytes,
        gzipped: isText && bytes.length >= MIN_GZIP_BYTES ? await promisify(gzip)(bytes) : undefined,
      };
      this.#files.set(name, file);
      return file;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined; // A build is under way.
      throw error;
    }
  }

  async #names(): Promise<ReadonlySet<string>> {
    const path = join(this.#folder, '.vite', 'manifest.json');
    try {
      const { mtimeMs } = await stat(path);
      if (this.#list?.modifiedMs !== mtimeMs) {
        const manifest = v.parse(viteManifestSchema, JSON.parse(await readFile(path, 'utf8')));
        this.#list = { modifiedMs: mtimeMs, names: documentFiles(manifest, [VIEWER, REPLAY]) };
        this.#files.clear();
      }
      return this.#list.names;
    } catch (error) {
      throw new DeskError('viewer-missing', { cause: error });
    }
  }
}
