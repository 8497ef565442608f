// What a document tells its reader to type: whether all of it is there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command ends where the next one begins. */
const SEPARATOR = /&&|\||;/;
const COMMENT = /\s#\s.*$/;
const SHELL = /^```sh\n([\s\S]*?)^```/gm;
const SPAN = /`([^`\n]+)`/g;

/** The commands in a document's code: of its shell blocks each line, in its prose what begins as one. @param {string} text */
export function commandsIn(text) {
  const blocks = [...text.matchAll(SHELL)].flatMap(([, lines = '']) => lines.split('\n'));
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  const spans = [...prose.matchAll(SPAN)].map(([, code = '']) => code).filter((code) => BEGINNING.test(code));
  return [...blocks, ...spans]
    .flatMap((line) => line.replace(COMMENT, '').split(SEPARATOR))
    .map((command) => command.trim().replace(/^(\w+=\S*\s+)+/, ''))
    .filter((command) => command !== '' && !command.startsWith('#'));
}
const BEGINNING = /^(\w+=\S* )*(npm|npx|node|fluxrec(-desk)?) /;

/** npm's own words beside the scripts that can be run without `run`. */
const NPM = ['ci', 'install', 'pack', 'run'];

export class Commands {
  #root;
  #scripts;
  #bin;

  /** @param {string} root @param {{ scripts: Record<string, string>, bin: Record<string, string> }} about package.json */
  constructor(root, { scripts, bin }) {
    this.#root = root;
    this.#scripts = scripts;
    this.#bin = bin;
  }

  /** What is wrong with a command; undefined where nothing is. @param {string} command @returns {string | undefined} */
  problem(command) {
    const [program = '', ...words] = command.split(/\s+/);
    if (program === 'npm') return this.#npm(words);
    if (program === 'npx') return this.#npx(words);
    if (program === 'node') return this.#node(words);
    if (program === 'fluxrec') return this.#fluxrec(words);
    return undefined;
  }

  /** @param {readonly string[]} words */
  #npm([name = '', ...words]) {
    if (name !== 'run') return NPM.includes(name) || name in this.#scripts ? undefined : `npm has no ${name}`;
    const [script = '', ...rest] = words;
    const line = this.#scripts[script];
    if (line === undefined) return `package.json has no script ${script}`;
    const source = this.#text(/\S+\.(?:ts|mjs)\b/.exec(line.replace('scripts/run.mjs', ''))?.[0]);
    // An option's value may be anything; what is none is, for `check`, the beginning of a check's name.
    const missing = rest
      .filter((word, at) => /^--[a-z]/.test(word) || (/^[a-z]/.test(word) && !rest[at - 1]?.startsWith('--')))
      .find((word) => source !== undefined && !new RegExp(`['"\`{\\s]${word.replace('--', '')}\\b`).test(source));
    return missing === undefined ? undefined : `npm run ${script} knows no ${missing}`;
  }

  /** @param {readonly string[]} words */
  #npx([program = '', ...words]) {
    if (program === 'fluxrec') return this.#fluxrec(words);
    if (program === 'vitest') return this.#vitest(words);
    const isThere = program in this.#bin || existsSync(join(this.#root, 'node_modules/.bin', program));
    // What is named with its version is npm's to bring.
    return isThere || /.@\d/.test(program) ? undefined : `there is no command ${program}`;
  }

  /** @param {readonly string[]} words */
  #vitest(words) {
    const config = this.#text('vitest.config.ts') ?? '';
    const projects = words.filter((_word, at) => words[at - 1] === '--project');
    const unknown = projects.find((project) => !config.includes(`'${project}'`));
    return unknown === undefined ? undefined : `vitest.config.ts has no project ${unknown}`;
  }

  /** @param {readonly string[]} words */
  #node([file = '', ...words]) {
    if (file === 'out/main/fluxrec.js') return this.#fluxrec(words);
    const built = /^out\/main\/([\w-]+)\.js$/.exec(file)?.[1];
    if (built === undefined) return undefined;
    const isInput = new RegExp(`^\\s+'?${built}'?: at\\(`, 'm').test(this.#text('electron.vite.config.ts') ?? '');
    return isInput ? undefined : `no build writes ${file}`;
  }

  /** @param {readonly string[]} words */
  #fluxrec(words) {
    const line = words.filter((word) => !word.startsWith('--')).join(' ');
    const names = [
      ...(this.#text('src/cli/run.ts') ?? '').matchAll(/^ {2}fluxrec ([a-z][a-z-]*(?: [a-z][a-z-]*)?)(?= )/gm),
    ];
    const isKnown = line === '' || names.some(([, name = '']) => `${line} `.startsWith(`${name} `));
    // What is signed begins with the name and a version of what it is: no command.
    return isKnown || / \d+$/.test(line) ? undefined : `fluxrec has no command ${line}`;
  }

  /** @param {string | undefined} file */
  #text(file) {
    const path = file === undefined ? undefined : join(this.#root, file);
    return path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }
}
