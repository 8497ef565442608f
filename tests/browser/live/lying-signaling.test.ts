import { expect, test } from 'vitest';
import { toBase64Url } from '../../../src/shared/crypto/base64url.js';
import type { Description, Signal } from '../../../src/shared/protocol/live.js';
import { ManInTheMiddle } from './man-in-the-middle.js';
import { makePair, Wire, type Side, type Teller } from './pair.js';
import { seededRandom } from '../../lab/seeded-random.js';

// A signaling server that does whatever it likes, by seeds: in every run the words differ, or a side refuses, or nothing was gained.

const RUNS = 64;
const AT_ONCE = 8;

/** Bounded: each run is over in seconds. */
const DEADLINES = { signaling: 2000, routing: 2000, securing: 2000, channels: 2000 };

type Chance = () => number;

class Liar {
  readonly #chance: Chance;
  readonly #passed: { readonly from: Side; readonly signal: Signal }[] = [];
  readonly #held: Signal[] = [];
  /** Fingerprints that are none of the two. */
  swaps = 0;

  constructor(wire: Wire, chance: Chance) {
    this.#chance = chance;
    wire.meddle = (from, signal) => this.#meddle(from, signal);
  }

  #meddle(from: Side, signal: Signal): Signal[] {
    this.#passed.push({ from, signal });
    const chance = this.#chance();
    if (chance < 0.3) return [signal];
    if (chance < 0.38) return []; // Lost.
    if (chance < 0.48) return [signal, signal, signal];
    // Out of order, with whatever comes next.
    if (chance < 0.58) {
      this.#held.push(signal);
      return [];
    }
    if (chance < 0.7) return [...this.#held.splice(0).reverse(), signal];
    // From the same side, or what the other one said, sent back.
    if (chance < 0.8) return [this.#pick(this.#passed).signal, signal];
    return [this.#change(signal)];
  }

  #change(signal: Signal): Signal {
    const kind = Math.floor(this.#chance() * 5);
    if ('description' in signal) {
      const { description } = signal;
      if (kind === 0) return { ...signal, description: this.#swap(description) };
      if (kind === 1) return { ...signal, description: { ...description, pwd: 'a'.repeat(24) } };
      if (kind === 2) return { ...signal, description: { ...description, candidates: [] } };
      if (kind === 3 && signal.kind === 'offer') return { ...signal, commitment: 'A'.repeat(22) };
    }
    if (kind === 4) return { kind: 'end', code: 'live-declined' };
    if (signal.kind === 'candidate') return { ...signal, candidate: { ...signal.candidate, port: 9 } };
    return signal;
  }

  #swap(description: Description): Description {
    this.swaps += 1;
    const bytes = Uint8Array.from({ length: 32 }, () => Math.floor(this.#chance() * 256));
    return { ...description, fingerprint: toBase64Url(bytes) };
  }

  #pick<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.#chance() * all.length)];
    if (one === undefined) throw new Error('nothing to pick');
    return one;
  }
}

interface Outcome {
  readonly seed: number;
  readonly manner: string;
  readonly phases: readonly string[];
  readonly codes: readonly (string | undefined)[];
  readonly words: readonly (string | undefined)[];
  readonly swaps: number;
}

async function run(seed: number): Promise<Outcome> {
  const chance = seededRandom(seed);
  const wire = new Wire({ isTrickling: chance() < 0.7 });
  const middle = chance();
  const manner = middle < 0.15 ? 'bridge' : middle < 0.3 ? 'own' : 'liar';
  const liar = manner === 'liar' ? new Liar(wire, chance) : undefined;
  if (manner !== 'liar') new ManInTheMiddle(wire, manner);
  const pair = makePair(wire, { deadlines: DEADLINES, reconnectMs: 1000 });
  wire.join();
  const { publisher, subscriber } = pair;
  const sides = [publisher, subscriber];
  const isSettled = ({ phase }: Teller): boolean => ['comparing', 'ended'].includes(phase);
  await publisher.until(() => isSettled(publisher), 'an end');
  await subscriber.until(
    () => isSettled(subscriber) || (subscriber.phase === 'waiting' && publisher.phase === 'ended'),
    'an end',
  );
  // Who never heard of the other waits on; its session is the test's to end.
  for (const { session } of sides) expect(() => session.channel('dom')).toThrow('ended');
  const outcome = {
    seed,
    manner,
    phases: sides.map(({ phase }) => phase),
    codes: sides.map(({ code }) => code),
    words: sides.map(({ session }) => session.state.words?.join(' ')),
    swaps: liar?.swaps ?? 0,
  };
  await Promise.all(sides.map(({ session }) => session.end()));
  return outcome;
}

test('whatever signaling does: the words differ, or a side refuses', { timeout: 120_000 }, async () => {
  const outcomes: Outcome[] = [];
  for (let seed = 0; seed < RUNS; seed += AT_ONCE) {
    outcomes.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, at) => run(seed + at)))));
  }
  const areBoth = ({ words: [one, two] }: Outcome): boolean => one !== undefined && two !== undefined;
  for (const outcome of outcomes) {
    const [one, two] = outcome.words;
    const where = JSON.stringify(outcome);
    if (outcome.manner === 'liar') {
      // A connection that stands is one between the two: its words are the same.
      if (areBoth(outcome)) expect(one, where).toBe(two);
    } else if (areBoth(outcome)) expect(one, where).not.toBe(two);
  }
  // The runs are worth something: some connect, some refuse, some have somebody in the middle.
  expect(outcomes.filter(({ manner }) => manner !== 'liar').filter(areBoth).length).toBeGreaterThan(5);
  expect(outcomes.filter(({ manner }) => manner === 'liar').filter(areBoth).length).toBeGreaterThan(5);
  expect(outcomes.filter(({ codes }) => codes.some((code) => code !== undefined)).length).toBeGreaterThan(5);
  expect(outcomes.reduce((sum, { swaps }) => sum + swaps, 0)).toBeGreaterThan(0);
});
