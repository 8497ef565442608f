import { beforeEach, describe, expect, it } from 'vitest';
import { ProposalMemory, type RememberedProposal } from '../../../../src/viewer/state/proposal-memory.js';
import { NOW_MS, RECIPIENT } from '../command-story.js';
import { StorageDouble } from './doubles.js';

const DAY_MS = 24 * 3_600_000;
const SIGNING_KEY = 'A'.repeat(43);

let storage: StorageDouble;
let nowMs: number;
const memoryOf = (on: StorageDouble | undefined = storage): ProposalMemory => new ProposalMemory(on, () => nowMs);

beforeEach(() => {
  storage = new StorageDouble();
  nowMs = NOW_MS;
});

function remembered(more: Partial<RememberedProposal> = {}): RememberedProposal {
  const unsaid = { letter: crypto.randomUUID(), envelope: '{}', title: 'Read the app’s log', isPosted: true };
  const install = { signingKey: SIGNING_KEY, recipient: RECIPIENT };
  return { report: crypto.randomUUID(), install, sentMs: nowMs, unsaid, ...more };
}

describe('what was proposed', () => {
  it('is known in another tab, and after the page was closed', () => {
    const id = crypto.randomUUID();
    const one = remembered();
    memoryOf().put(id, one);
    expect(memoryOf().get(id)).toEqual(one);
    expect(memoryOf().isEmpty).toBe(false);
  });

  it('of two tabs is kept of both', () => {
    const [one, two] = [memoryOf(), memoryOf()];
    const ids = [crypto.randomUUID(), crypto.randomUUID()] as const;
    one.put(ids[0], remembered());
    two.put(ids[1], remembered());
    one.put(ids[0], remembered({ sentMs: nowMs + 1 }));
    expect(two.get(ids[0])?.sentMs).toBe(nowMs + 1);
    expect(one.get(ids[1])).toBeDefined();
  });

  it('is to be written down once it was posted, and until it was', () => {
    const memory = memoryOf();
    const [posted, maybe, said] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
    const one = remembered();
    memory.put(posted, one);
    const { unsaid } = remembered();
    memory.put(maybe, remembered(unsaid === undefined ? {} : { unsaid: { ...unsaid, isPosted: false } }));
    const { report, install, sentMs } = remembered();
    memory.put(said, { report, install, sentMs });
    expect(memory.unsaid()).toEqual([[posted, one]]);
    memory.forget(posted);
    expect(memory.unsaid()).toEqual([]);
    expect(memory.get(posted)).toBeUndefined();
  });

  it('is forgotten when no answer can come any more', () => {
    const id = crypto.randomUUID();
    memoryOf().put(id, remembered());
    nowMs += 27 * DAY_MS;
    expect(memoryOf().get(id)).toBeDefined();
    nowMs += 2 * DAY_MS;
    expect(memoryOf().get(id)).toBeUndefined();
    expect(memoryOf().isEmpty).toBe(true);
  });

  it('is bounded: the oldest goes first', () => {
    const memory = memoryOf();
    const ids = Array.from({ length: 310 }, () => crypto.randomUUID());
    for (const [at, id] of ids.entries()) memory.put(id, remembered({ sentMs: nowMs + at }));
    expect(memory.get(ids[9] ?? '')).toBeUndefined();
    expect(memory.get(ids[10] ?? '')).toBeDefined();
    expect(Object.keys(JSON.parse(storage.getItem('fluxrec-proposals') ?? '{}') as object)).toHaveLength(300);
  });
});

describe('a browser', () => {
  it('that keeps nothing lets the page remember as long as it lives', () => {
    const id = crypto.randomUUID();
    for (const memory of [new ProposalMemory(undefined, () => nowMs), memoryOf(storage.full())]) {
      memory.put(id, remembered());
      expect(memory.get(id)).toBeDefined();
      expect(memory.unsaid()).toHaveLength(1);
      memory.forget(id);
      expect(memory.isEmpty).toBe(true);
    }
  });

  it('that becomes full in the middle loses nothing that was kept', () => {
    const memory = memoryOf();
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()];
    memory.put(before, remembered());
    storage.full();
    memory.put(after, remembered());
    expect(memory.get(before)).toBeDefined();
    expect(memory.get(after)).toBeDefined();
    storage.isFull = false;
    memory.put(before, remembered());
    expect(memoryOf().get(after), 'kept once there is room again').toBeDefined();
  });

  it('whose storage somebody wrote into costs what is broken, and nothing else', () => {
    const id = crypto.randomUUID();
    memoryOf().put(id, remembered());
    const kept = JSON.parse(storage.getItem('fluxrec-proposals') ?? '{}') as object;
    const strange = {
      ...kept,
      'no id': remembered(),
      [crypto.randomUUID()]: { report: 7 },
      [crypto.randomUUID()]: null,
    };
    storage.setItem('fluxrec-proposals', JSON.stringify(strange));
    expect(memoryOf().unsaid()).toHaveLength(1);
    for (const text of ['', '[', 'null', '7', '[]', '"x"']) {
      storage.setItem('fluxrec-proposals', text);
      expect(memoryOf().isEmpty, text).toBe(true);
    }
  });
});
