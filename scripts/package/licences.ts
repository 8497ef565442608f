import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import type { Plugin } from 'vite';

const packageSchema = v.object({
  name: v.string(),
  version: v.string(),
  license: v.optional(v.string()),
  author: v.optional(
    v.union([
      v.string(),
      v.pipe(
        v.object({ name: v.string() }),
        v.transform(({ name }) => name),
      ),
    ]),
  ),
});
type Package = v.InferOutput<typeof packageSchema>;

interface Licence {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** Collects whose code the builds of a package carry. */
export class Licences {
  readonly #found = new Map<string, Licence>();

  /** For every build whose output is shipped, worker builds too. */
  plugin(): Plugin {
    return {
      name: 'licences',
      generateBundle: (_options, bundle) => {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk') continue;
          // What was shaken out whole is not shipped.
          for (const [id, { renderedLength }] of Object.entries(file.modules)) if (renderedLength > 0) this.#note(id);
        }
      },
    };
  }

  /** One text, in the order of names. Throws where a package that is shipped has no licence to be shipped with. */
  text(): string {
    const all = [...this.#found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const parts = all.map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text.trim()}\n`);
    const rule = `\n${'-'.repeat(80)}\n\n`;
    return ['Fluxion Recorder carries code of these packages.\n', ...parts].join(rule);
  }

  get names(): readonly string[] {
    return [...this.#found.keys()].sort();
  }

  #note(id: string): void {
    const folder = packageFolder(id.replace(/^\0/, '').split('?', 1)[0] ?? '');
    if (folder === undefined) return;
    const about = v.parse(packageSchema, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const { name, version, license } = about;
    if (this.#found.has(name)) return;
    const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(one));
    const text = file === undefined ? usualText(about) : readFileSync(join(folder, file), 'utf8');
    if (license === undefined || text === undefined) throw new Error(`${name} is bundled and has no licence text.`);
    this.#found.set(name, { name, version, licence: license, text });
  }
}

/** The folder of the package that a module belongs to; undefined for modules of our own and of the bundler. */
function packageFolder(id: string): string | undefined {
  if (!/[\\/]node_modules[\\/]/.test(id)) return undefined;
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    // A package.json without a name only says of which kind the modules beside it are.
    const path = join(folder, 'package.json');
    if (existsSync(path) && v.is(packageSchema, JSON.parse(readFileSync(path, 'utf8')))) return folder;
  }
  return undefined;
}

/** Some packages name the MIT licence and come without its text (https://spdx.org/licenses/MIT.html). */
function usualText({ license, author }: Package): string | undefined {
  if (license !== 'MIT' || author === undefined) return undefined;
  return `Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files
(the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge,
publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE
FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
