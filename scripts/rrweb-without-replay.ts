import type { Plugin } from 'vite';

/**
 * Lets a bundler leave rrweb's replay half out of a page that only records.
 *
 * rrweb 2.2 ships one module for both halves, with PostCSS (which only replay uses) inlined twice as a CommonJS factory
 * that is called at the top level and whose members are then read as bare statements. Neither is marked free of side
 * effects, so no bundler may drop them: 34 of 57 KB (gzip). They have none: the factories build classes, the reads
 * are left over from re-exports. This says so, for that one file, and leaves the code that runs as it is.
 */
export function rrwebWithoutReplay(): Plugin {
  return {
    name: 'rrweb-without-replay',
    transform: {
      filter: { id: /[\\/]node_modules[\\/]rrweb[\\/]dist[\\/]rrweb\.js(\?|$)/ },
      handler(code) {
        const call = /(= \/\* @__PURE__ \*\/ __toESM(?:\$1)?\()(\(\/\* @__PURE__ \*\/ __commonJSMin(?:\$1)?\()/g;
        // A property read counts as a side effect (it may be a getter); a call that is marked pure does not.
        const alias = /^(var postcss_default = )(import_postcss(?:\$1)?\.default);$/gm;
        const read = /^import_postcss(?:\$1)?\.default(?:\.\w+)?;$/gm;
        const [calls, reads] = [code.match(call)?.length ?? 0, code.match(read)?.length ?? 0];
        // Another version of rrweb may be packed in another way: better to hear of it than to ship 34 KB unawares.
        if (calls !== 2 || reads === 0) {
          this.warn(
            `rrweb is packed in an unexpected way (${String(calls)} factories, ${String(reads)} reads): its replay half stays in.`,
          );
          return null;
        }
        // Line by line the same, so that source maps stay true.
        return {
          code: code
            .replace(call, '$1/* @__PURE__ */ $2')
            .replace(alias, '$1/* @__PURE__ */ (() => $2)();')
            .replace(read, ''),
          map: null,
        };
      },
    },
  };
}
