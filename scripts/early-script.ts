import type { Plugin } from 'vite';

/**
 * Puts an entry of the build into a document as an `async` module of its own, before its main script. (Vite makes one
 * module of all scripts that a document names itself.) `entry` is the end of its source's path.
 */
export function earlyScript(document: string, entry: string): Plugin {
  return {
    name: 'early-script',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle, filename }) {
        if (bundle === undefined || !filename.endsWith(document)) return;
        const chunk = Object.values(bundle).find(
          (file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(entry) === true,
        );
        if (chunk === undefined) throw new Error(`The build has no entry ${entry} for ${document}.`);
        const src = `${'../'.repeat(document.split('/').length - 1)}${chunk.fileName}`;
        return [
          { tag: 'script', attrs: { type: 'module', async: true, crossorigin: true, src }, injectTo: 'head-prepend' },
        ];
      },
    },
  };
}
