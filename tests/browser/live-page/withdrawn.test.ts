import { expect, it } from 'vitest';
import type { LiveSession } from '../../../src/live/publisher/publish.js';
import { LiveStreams } from '../../../src/recorder/live/live-streams.js';
import { SessionLink } from '../../../src/recorder/live/session-link.js';
import type { LiveTap } from '../../../src/recorder/live/stream-source.js';
import { FrameAssembler } from '../../../src/shared/protocol/live-frames.js';
import type { LiveOrders } from '../../../src/shared/protocol/live-host.js';

// What is under way when a grant ends: on a slow network a full snapshot, a chain of the past or a picture takes many seconds.

/** A connection of which each channel takes one frame whenever it is asked to: what is behind that stays on this machine. */
class SlowConnection {
  readonly #assemblers = new Map<string, FrameAssembler>();
  #waiting: { readonly name: string; readonly frame: Uint8Array; readonly taken: () => void }[] = [];

  get session(): LiveSession {
    const channel = (name: string) => ({
      backlogBytes: 0,
      send: (frame: Uint8Array) =>
        new Promise<void>((taken) => {
          this.#waiting.push({ name, frame, taken });
        }),
    });
    return { channel, send: () => undefined } as unknown as LiveSession;
  }

  /** Takes the next frame. Answers the bytes it has, and the message that it completes; undefined where none comes. */
  async take(waitMs = 300): Promise<{ readonly bytes: number; readonly whole: Uint8Array | undefined } | undefined> {
    for (let waited = 0; waited < waitMs && this.#waiting.length === 0; waited += 10) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    const assembler = this.#assemblers.get(next.name) ?? new FrameAssembler();
    this.#assemblers.set(next.name, assembler);
    const whole = assembler.receive(next.frame);
    next.taken();
    return { bytes: next.frame.length, whole };
  }

  /** All that still comes. */
  async drain(): Promise<{ bytes: number; messages: Uint8Array[] }> {
    const all = { bytes: 0, messages: [] as Uint8Array[] };
    for (let next = await this.take(); next !== undefined; next = await this.take()) {
      all.bytes += next.bytes;
      if (next.whole !== undefined) all.messages.push(next.whole);
    }
    return all;
  }

  async takeUntilUnderWay(): Promise<void> {
    for (let next = await this.take(5000); next?.whole !== undefined; next = await this.take(5000));
  }
}

/** What does not deflate. */
function noise(characters: number): string {
  const bytes = new Uint8Array(60_000);
  let text = '';
  while (text.length < characters)
    text += String.fromCharCode(...crypto.getRandomValues(bytes).map((byte) => 33 + (byte % 90)));
  return text.replaceAll(/["\\]/g, '_');
}

const LARGE = 2_000_000;

it('the rest of a picture does not leave when the picture is withdrawn, and the next one begins anew', async () => {
  const connection = new SlowConnection();
  let tap: LiveTap | undefined;
  let textContent = noise(LARGE);
  const streams = new LiveStreams(connection.session, {
    guard: (work) => work,
    masked: { revision: 0, snapshot: () => [] },
    past: { send: () => Promise.resolve(), fail: () => undefined },
    source: {
      id: () => 'w1-1',
      originMs: 0,
      anchor: () => undefined,
      isPaused: () => false,
      ring: () => undefined,
      setTap: (next) => {
        tap = next;
      },
      freshStart: () => {
        tap?.dom({ type: 4, timestamp: 1, data: {} });
        tap?.dom({ type: 2, timestamp: 1, data: { node: { type: 3, id: 1, textContent } } });
      },
    },
  });
  streams.set({ dom: true, console: false, point: false });
  await connection.takeUntilUnderWay();
  streams.set({ dom: false, console: false, point: false });
  textContent = 'small';
  streams.set({ dom: true, console: false, point: false });
  const { bytes, messages } = await connection.drain();
  expect(bytes).toBeLessThan(100_000);
  expect(messages.length).toBeGreaterThanOrEqual(2);
  streams.stop();
});

it('a chain of the past and a picture of the window end with their grants, and nothing of them is sent without', async () => {
  const connection = new SlowConnection();
  const orders = (...kinds: LiveOrders['grants'][number]['kind'][]): LiveOrders =>
    ({
      session: 's',
      grants: kinds.map((kind) => ({ grant: crypto.randomUUID(), kind, untilMs: Date.now() + 60_000 })),
      settled: [],
      offers: [],
    }) as unknown as LiveOrders;
  const link = new SessionLink(connection.session, orders(), {} as never);
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const large = new Uint8Array(LARGE).map((_, at) => bytes[at % 60_000] ?? 0);
  const head = { request: 'r', width: 1, height: 1, atMs: 0 };

  link.obey(orders('screenshot', 'view-dom'));
  link.sendScreenshot(head, large);
  const past = link.sendPast({ kind: 'past' } as never, large);
  await connection.takeUntilUnderWay();
  link.obey(orders());
  link.sendScreenshot(head, large);
  link.sendLetter('l', Uint8Array.of(1, 2, 3));
  const rest = await connection.drain();
  await past;
  expect(rest.bytes).toBeLessThan(100_000);
  expect(rest.messages).toHaveLength(1);
});
