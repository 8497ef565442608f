import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../../scripts/built.js';
import { readTechnicians } from '../../src/shared/crypto/technicians.js';
import { fingerprint } from '../../src/shared/crypto/keys.js';
import { signedTechniciansSchema } from '../../src/shared/protocol/letters.js';
import { makeParty } from '../integration/desk/letter-parties.js';

// What `npm start` does for somebody who has just cloned the project.

let data: string;
let started: ChildProcess;
let output: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'fluxrec-start-'));
  output = '';
  const options = ['--no-open', '--data', data, '--desk-port', '0', '--fluxion-port', '0'];
  started = spawn(process.execPath, ['scripts/run.mjs', 'scripts/start.ts', ...options], { cwd: root });
  for (const stream of [started.stdout, started.stderr])
    stream?.on('data', (bytes: Buffer) => (output += bytes.toString()));
  await said(/Ctrl-C stops both/);
});
afterEach(async () => {
  if (started.exitCode === null && started.signalCode === null) {
    const ended = once(started, 'exit');
    started.kill('SIGTERM');
    await ended;
  }
  await rm(data, { recursive: true, force: true });
});

const said = (what: RegExp): Promise<void> => expect.poll(() => output, { timeout: 60_000 }).toMatch(what);
const urlOf = (what: string): string => new RegExp(`${what} +(http://[\\d.:]+)`).exec(output)?.[1] ?? '';

async function served(): Promise<string[]> {
  const file: unknown = JSON.parse(await readFile(join(data, 'desk', 'technicians.json'), 'utf8'));
  return readTechnicians(v.parse(signedTechniciansSchema, file)).technicians.map(({ name }) => name);
}

it('puts a technician on its list whose entry is pasted, and nothing else; and stops with all that it started', async () => {
  expect(await served()).toEqual([]);
  started.stdin?.write('hello\n\n{ "name": "Nobody" }\n');
  await said(/This is no entry of a technician\./);
  const { keys } = await makeParty();
  started.stdin?.write(`${JSON.stringify({ name: 'Ines Hart', ...keys }, undefined, 2)}\n`);
  await said(new RegExp(`On the list of technicians: Ines Hart, ${fingerprint(keys.signingKey)}`));
  expect(await served()).toEqual(['Ines Hart']);

  const addresses = [urlOf('Fluxion, the app that is recorded'), urlOf('Desk, where reports arrive')];
  for (const address of addresses) expect((await fetch(address)).status).toBe(200);
  const ended = once(started, 'exit');
  started.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow();
});
