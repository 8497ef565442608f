import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';

/** What a document has beside its main script. Sources are named by the ends of their paths. */
export interface DocumentScripts {
  readonly document: string;
  /** An entry of the build that runs before the main script, and waits for nothing. (Vite makes one module of all scripts that a document names itself.) */
  readonly early: string;
  /** A module that the main script imports when it is needed: fetched before, when there is nothing better to fetch. */
  readonly later: string;
}

/** Puts them into the document as it is built. */
export function documentScripts({ document, early, later }: DocumentScripts): Plugin {
  const toRoot = '../'.repeat(document.split('/').length - 1);
  return {
    name: 'document-scripts',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle, filename }) {
        if (bundle === undefined || !filename.endsWith(document)) return;
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
        const src = `${toRoot}${chunkOf(chunks, early).fileName}`;
        const root = chunkOf(chunks, later);
        const needed = chunks.filter((chunk) => chunk === root || root.imports.includes(chunk.fileName));
        const scripts = needed.map(({ fileName }) => preload({ rel: 'modulepreload', href: toRoot + fileName }));
        const sheets = new Set(needed.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]));
        const styles = [...sheets].map((name) => preload({ rel: 'preload', as: 'style', href: toRoot + name }));
        const isNew = ({ attrs }: HtmlTagDescriptor): boolean => !html.includes(`"${String(attrs?.['href'])}"`);
        return [
          { tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src }, injectTo: 'head-prepend' },
          ...[...scripts, ...styles].filter(isNew),
        ];
      },
    },
  };
}

function chunkOf(chunks: readonly Rolldown.OutputChunk[], source: string): Rolldown.OutputChunk {
  const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(source) === true);
  if (chunk === undefined) throw new Error(`The build has no chunk of ${source}.`);
  return chunk;
}

function preload(attrs: Record<string, string>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { ...attrs, crossorigin: true, fetchpriority: 'low' }, injectTo: 'body' };
}
