import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../../../src/main/services/durable-file.js';
import { INVITATION_MS, Invitations } from '../../../../../src/main/services/live/invitations.js';
import type { VerifiedLetter } from '../../../../../src/shared/protocol/letters.js';
import { ClockDouble } from '../clock-double.js';
import { aProposal } from '../commands/post-double.js';
import { TechnicianDouble } from './technician-double.js';

let folder: string;
let clock: ClockDouble;
let technician: TechnicianDouble;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invitations-'));
  clock = new ClockDouble();
  technician = await TechnicianDouble.make();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** As each start of the host process does. */
function start(): Promise<Invitations> {
  return Invitations.open({ folder, fs: nodeFileSystem, clock, receiptCodeOf: () => 'R-1' });
}

function invite(from = technician): VerifiedLetter<'live-invitation'> {
  const { sender, envelope, ...letter } = aProposal(from.sender, clock.wallMs());
  const body = { invitation: randomUUID(), report: randomUUID(), reason: 'To see it.' };
  return { ...letter, sender, envelope: { ...envelope, kind: 'live-invitation', body } };
}

describe('an invitation', () => {
  it('is there after a restart, with whom the answer goes to', async () => {
    const letter = invite();
    const { invitation } = letter.envelope.body;
    const before = await start();
    expect(await before.add(letter)).toBe(true);
    const after = await start();
    expect(after.list()).toEqual(before.list());
    expect(await after.take(invitation)).toMatchObject({
      from: { recipient: technician.sender.recipient, name: 'Ines Hart' },
    });
  });

  it('that was taken, or taken back, is not there after a restart', async () => {
    const other = await TechnicianDouble.make();
    const [one, two] = [invite(), invite(other)];
    const before = await start();
    await before.add(one);
    await before.add(two);
    await before.take(one.envelope.body.invitation);
    const { invitation } = two.envelope.body;
    expect(await before.takeBack(invitation, technician.sender.signingKey)).toBe(false);
    expect((await start()).list()).toHaveLength(1);
    expect(await before.takeBack(invitation, other.sender.signingKey)).toBe(true);
    expect((await start()).list()).toEqual([]);
  });

  it('ends at its time, however long the process was away and wherever the clock was set', async () => {
    await (await start()).add(invite());
    clock.step(INVITATION_MS - 1);
    expect((await start()).list()).toHaveLength(1);
    clock.step(1);
    expect((await start()).list()).toEqual([]);
    clock.step(-5 * INVITATION_MS);
    expect((await start()).list()).toEqual([]);
  });

  it('is for the eyes of the customer’s account alone', async () => {
    await (await start()).add(invite());
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });

  it('that a disk does not take is put before the customer all the same', async () => {
    const broken = await Invitations.open({
      folder,
      fs: { ...nodeFileSystem, rename: () => Promise.reject(new Error('disk full')) },
      clock,
      receiptCodeOf: () => undefined,
    });
    expect(await broken.add(invite())).toBe(true);
    expect(broken.list()).toHaveLength(1);
  });

  it('is forgotten where the file is not one of ours', async () => {
    await (await start()).add(invite());
    const path = join(folder, 'invitations.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, 100));
    expect((await start()).list()).toEqual([]);
    await writeFile(path, text.replace('"version":1', '"version":2'));
    expect((await start()).list()).toEqual([]);
  });
});
