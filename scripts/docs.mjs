// npm run docs: every command, file and link that the documents name exists. Prints what does not; exits 1 if anything.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** @type {{ scripts: Record<string, string>, bin: Record<string, string>, exports: Record<string, unknown> }} */
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].map((name) => join(root, name)),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name)),
];
/** Folders of the repository: what begins with one is a path, anything else in code may be a word. */
const TOP = new RegExp(
  `^(${readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .map((name) => name.replace(/\./g, '\\.'))
    .join('|')}|\\.ci|\\.github)(/|$)`,
);
/** What stands in a table of src's rooms is named from there. */
const ROOMS = new RegExp(`^(${readdirSync(join(root, 'src')).join('|')})/`);
/** Made by a build, or where a user's data lies. */
const MADE = /^(out|dist|node_modules|coverage)(\/|$)/;

/** @type {string[]} */
const problems = [];

/** GitHub's anchor of a heading. @param {string} heading */
function anchorOf(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** @param {string} file */
function anchors(file) {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  return new Set([...text.matchAll(/^#+\s+(.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

for (const document of documents) {
  const name = relative(root, document);
  const text = readFileSync(document, 'utf8');
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  /** @param {string} what */
  const wrong = (what) => problems.push(`${name}: ${what}`);

  for (const [, target = ''] of prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/i.test(target)) continue; // Other sites come and go.
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    if (!existsSync(file)) wrong(`link to ${target}, which is not there`);
    else if (anchor !== undefined && file.endsWith('.md') && !anchors(file).has(anchor))
      wrong(`link to ${target}: no such heading`);
  }
  // What happened is told of files as they were.
  if (name === 'CHANGELOG.md' || name.startsWith(join('docs', 'adr'))) continue;

  for (const [, script = ''] of text.matchAll(/\bnpm run ([a-z][\w:-]*)/g))
    if (!(script in about.scripts)) wrong(`npm run ${script}: package.json has no such script`);
  for (const [, entry = ''] of text.matchAll(/['"`]fluxion-recorder(\/[\w./-]+)['"`]/g))
    if (!(`.${entry}` in about.exports)) wrong(`fluxion-recorder${entry}: package.json exports no such entry`);
  for (const [, command = ''] of text.matchAll(/\bnpx (fluxrec[\w-]*)/g))
    if (!(command in about.bin)) wrong(`npx ${command}: package.json has no such command`);
  for (const [, code = ''] of prose.matchAll(/`([^`\n]+)`/g)) {
    const path = code.replace(/[:,].*$/, '').replace(/\/$/, '');
    if (!/^[\w.@/-]+$/.test(path) || !TOP.test(path) || MADE.test(path)) continue;
    if (!existsSync(join(root, path))) wrong(`\`${path}\` is not there`);
  }
  for (const [, path = ''] of prose.matchAll(/`([\w-]+\/[\w./-]+\.(?:ts|svelte|html|css))`/g))
    if (ROOMS.test(path) && !existsSync(join(root, 'src', path))) wrong(`\`${path}\` is not there in src`);
}

for (const problem of problems) console.log(problem);
console.log(`${documents.length} documents, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
