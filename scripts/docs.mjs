// npm run docs: every command, file and link that the documents name exists. Prints what does not; exits 1 if anything.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Commands, commandsIn } from './documented-commands.mjs';

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

/** `[text](target)`, `[text](target "title")`, `[name]: target`, `<a href="target">`. */
const LINKS = [/\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g, /^\[[^\]]+\]:\s+(\S+)/gm, /\b(?:href|src)="([^"]+)"/g];

/** @type {string[]} */
const problems = [];
const commands = new Commands(root, about);

/** GitHub's anchor of a heading. @param {string} heading */
function anchorOf(heading) {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** Of two headings that are the same GitHub numbers the second. @param {string} file */
function anchors(file) {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  const found = new Set();
  for (const [, heading = ''] of text.matchAll(/^#+\s+(.+)$/gm)) {
    const anchor = anchorOf(heading);
    let number = 0;
    while (found.has(number === 0 ? anchor : `${anchor}-${number}`)) number += 1;
    found.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return found;
}

/** A word that names a file of the repository, and none that a build makes. @param {string} word */
function isPath(word) {
  return /^[\w.@/-]+$/.test(word) && TOP.test(word) && !MADE.test(word);
}

for (const document of documents) {
  const name = relative(root, document);
  const text = readFileSync(document, 'utf8');
  const prose = text.replace(/^```[\s\S]*?^```/gm, '');
  /** @param {string} what */
  const wrong = (what) => problems.push(`${name}: ${what}`);

  const words = prose.replace(/`[^`\n]*`/g, '');
  const links = LINKS.flatMap((link) => [...words.matchAll(link)].map(([, target = '']) => target));
  for (const [, reference = ''] of words.matchAll(/\[[^\]]+\]\[([^\]]+)\]/g))
    if (!prose.includes(`\n[${reference}]: `)) wrong(`[${reference}] is linked and nowhere defined`);
  for (const target of links) {
    if (/^[a-z]+:/i.test(target)) continue; // Other sites come and go.
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    if (!existsSync(file)) wrong(`link to ${target}, which is not there`);
    else if (anchor !== undefined && file.endsWith('.md') && !anchors(file).has(anchor))
      wrong(`link to ${target}: no such heading`);
  }
  // What happened is told of files as they were.
  if (name === 'CHANGELOG.md' || name.startsWith(join('docs', 'adr'))) continue;

  for (const [, entry = ''] of text.matchAll(/['"`]fluxion-recorder(\/[\w./-]+)['"`]/g))
    if (!(`.${entry}` in about.exports)) wrong(`fluxion-recorder${entry}: package.json exports no such entry`);
  for (const command of commandsIn(text)) {
    const problem = commands.problem(command);
    if (problem !== undefined) wrong(`\`${command}\`: ${problem}`);
    for (const word of command.split(/[\s'"=]+/))
      if (word.includes('/') && isPath(word) && !existsSync(join(root, word)))
        wrong(`\`${command}\`: ${word} is not there`);
  }
  for (const [, code = ''] of prose.matchAll(/`([^`\n]+)`/g)) {
    const path = code.replace(/[:,].*$/, '').replace(/\/$/, '');
    if (isPath(path) && !existsSync(join(root, path))) wrong(`\`${path}\` is not there`);
  }
  for (const [, path = ''] of prose.matchAll(/`([\w-]+\/[\w./-]+\.(?:ts|svelte|html|css))`/g))
    if (ROOMS.test(path) && !existsSync(join(root, 'src', path))) wrong(`\`${path}\` is not there in src`);
}

for (const problem of problems) console.log(problem);
console.log(`${documents.length} documents, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
