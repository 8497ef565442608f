import { parseArgs } from 'node:util';

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'misuse'; readonly reason: string }
  | { readonly name: 'inspect'; readonly file: string; readonly isJson: boolean }
  | { readonly name: 'verify'; readonly file: string }
  | { readonly name: 'audit verify'; readonly files: readonly string[] }
  | { readonly name: 'keys new-root'; readonly file: string }
  | { readonly name: 'keys sign-technicians'; readonly root: string; readonly file: string }
  | { readonly name: 'keys show'; readonly file: string };

const NAMES = [
  'inspect',
  'verify',
  'audit verify',
  'keys new-root',
  'keys sign-technicians',
  'keys show',
] as const satisfies readonly Command['name'][];

export function parseCommand(args: readonly string[]): Command {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return misuse(error instanceof Error ? error.message : 'Not a command.');
  }
  const { help, json, root } = parsed.values;
  const words = parsed.positionals;
  if (help === true || words[0] === 'help') return { name: 'help' };
  const name = NAMES.find((known) => words.slice(0, known.split(' ').length).join(' ') === known);
  if (name === undefined) return misuse(words.length === 0 ? 'Which command?' : 'There is no such command.');
  const files = words.slice(name.split(' ').length);
  const [file] = files;
  if (file === undefined || file === '') return misuse(`${name} needs a file.`);
  if (files.length > 1 && name !== 'audit verify') return misuse(`${name} takes one file.`);
  if (json === true && name !== 'inspect') return misuse(`${name} has no --json.`);
  if (root !== undefined && name !== 'keys sign-technicians') return misuse(`${name} has no --root.`);
  switch (name) {
    case 'inspect':
      return { name, file, isJson: json === true };
    case 'audit verify':
      return { name, files };
    case 'keys sign-technicians':
      return root === undefined ? misuse(`${name} needs --root FILE.`) : { name, root, file };
    default:
      return { name, file };
  }
}

function misuse(reason: string): Command {
  return { name: 'misuse', reason };
}

function parse(args: readonly string[]) {
  const options = {
    json: { type: 'boolean' },
    root: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseArgs({ args: [...args], options, allowPositionals: true });
}
