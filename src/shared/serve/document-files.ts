import * as v from 'valibot';

// One build output holds the documents of three origins. Each server serves only the files that its own documents reach:
// what is not in its list does not exist there.

const fileName = v.pipe(v.string(), v.maxLength(512), v.check(isPlainPath, 'not a plain relative path'));
const chunkSchema = v.object({
  file: fileName,
  src: v.optional(v.string()),
  isEntry: v.optional(v.boolean()),
  imports: v.optional(v.array(v.string())),
  dynamicImports: v.optional(v.array(v.string())),
  css: v.optional(v.array(fileName)),
  assets: v.optional(v.array(fileName)),
});
/** Vite's `manifest.json`: source path → what it was built to. */
export const viteManifestSchema = v.record(v.string(), chunkSchema);
export type ViteManifest = v.InferOutput<typeof viteManifestSchema>;

function isPlainPath(path: string): boolean {
  return (
    !/^[/\\]|\\|\0|^[a-z]:/i.test(path) && path.split('/').every((name) => name !== '' && name !== '..' && name !== '.')
  );
}

/**
 * Every file (relative to the output folder) that these documents may ask for: themselves, their scripts, whatever those
 * import now or later, style sheets, fonts and pictures. A worker is an asset of the chunk that starts it, and must be
 * one file: what a worker imports dynamically is in no manifest. Throws where a document is not in the build.
 */
export function documentFiles(manifest: ViteManifest, documents: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const waiting = [...documents];
  for (const document of documents) {
    if (manifest[document] === undefined) throw new Error(`The build has no document ${document}.`);
    files.add(document);
  }
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    const chunk = manifest[key];
    if (chunk === undefined) continue; // An import of something outside the build.
    for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) files.add(file);
    waiting.push(...(chunk.imports ?? []), ...(chunk.dynamicImports ?? []));
  }
  return files;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  map: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  wasm: 'application/wasm',
};

/** By the end of its name; what is not known is only bytes (with `nosniff`, nothing runs it). */
export function contentType(file: string): string {
  return TYPES[file.slice(file.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}

/** Vite puts a hash of the content into the names of these: they may be kept for ever. */
export function isHashed(file: string): boolean {
  return /^assets\/.+-[\w-]{8}\.\w+$/.test(file);
}
