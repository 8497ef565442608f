import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Commands, commandsIn } from '../../../scripts/documented-commands.mjs';

const root = resolve(import.meta.dirname, '../../..');
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as ConstructorParameters<typeof Commands>[1];
const commands = new Commands(root, about);

test('a document’s commands are the lines of its shell blocks and what begins as one in its prose', () => {
  const document = [
    'Call `npm run docs`, `src/main` or `FUZZ_SEED=1 npx vitest run FILE`.',
    '```sh',
    'npm ci && npm start   # both',
    '# nothing',
    '```',
    '```ts',
    "import 'npm run nope';",
    '```',
  ].join('\n');
  expect(commandsIn(document)).toEqual(['npm ci', 'npm start', 'npm run docs', 'npx vitest run FILE']);
});

describe('a command that is there', () => {
  test.each([
    'npm start',
    'npm run check lint',
    'npm run bench -- --only record --short',
    'npx vitest run --project unit tests/unit/shared',
    'npx fluxrec-desk',
    'npx install-electron',
    'npx electron-builder@26.17.0 --publish never',
    'node out/main/desk.js',
    'fluxrec keys sign-technicians --root root.pem list.json',
  ])('%s', (command) => {
    expect(commands.problem(command)).toBeUndefined();
  });
});

describe('a command that is not', () => {
  test.each([
    'npm nope',
    'npm run nope',
    'npm run check nope',
    'npm run bench -- --nope',
    'npx nope',
    'npx vitest run --project nope',
    'npx fluxrec nope',
    'node out/main/nope.js',
    'fluxrec keys nope FILE',
  ])('%s', (command) => {
    expect(commands.problem(command)).toContain('no');
  });
});
