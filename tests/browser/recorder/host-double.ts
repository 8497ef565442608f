import { FluxionError } from '../../../src/shared/errors.js';
import type { HostPort } from '../../../src/shared/protocol/contract.js';
import type { RecorderContract } from '../../../src/shared/protocol/host.js';
import type { DomEvent, LaneEvent } from '../../../src/shared/session/lane.js';
import type { Segment } from '../../../src/shared/session/segment.js';

type Call = { readonly name: string; readonly input: Record<string, unknown> };
type Recorded = { readonly lane: string; readonly line: DomEvent | LaneEvent };

async function inflate(stored: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([stored]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}

/** A double of the host process: it answers the contract's calls in this page and keeps what is handed over. */
export class HostDouble implements HostPort<RecorderContract> {
  readonly calls: Call[] = [];
  /** Set it to let calls fail. */
  failure: FluxionError | undefined;
  embedUrl: string | undefined;
  paused = false;
  /** Session time runs ahead of this page's by so much. */
  sessionAheadMs = 100_000;
  readonly #session: string;
  readonly #listeners = new Map<string, Set<(payload: never) => void>>();
  readonly #connection = new Set<(connected: boolean) => void>();
  #sources = 0;
  #rows: { readonly segment: Segment; readonly stored: Uint8Array<ArrayBuffer> }[] = [];
  #given: (() => void) | undefined;

  constructor(session = `test-${crypto.randomUUID().slice(0, 8)}`) {
    this.#session = session;
  }

  readonly call = (async (name: string, input: Record<string, unknown>, bytes?: Uint8Array<ArrayBuffer>) => {
    this.calls.push({ name, input });
    await Promise.resolve();
    if (this.failure !== undefined) throw this.failure;
    return { value: this.#answer(name, input, bytes ?? new Uint8Array()), bytes: new Uint8Array() };
  }) as unknown as HostPort<RecorderContract>['call'];

  readonly on = ((name: string, listener: (payload: never) => void) => {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }) as unknown as HostPort<RecorderContract>['on'];

  onConnection(listener: (connected: boolean) => void): () => void {
    this.#connection.add(listener);
    return () => this.#connection.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
  }

  emit(name: keyof RecorderContract['events'], payload: object): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(payload as never);
  }

  callsOf(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  async until(
    name: string,
    test: (input: Record<string, unknown>) => boolean = () => true,
  ): Promise<Record<string, unknown>> {
    for (let tries = 0; tries < 400; tries++) {
      const call = this.calls.findLast((item) => item.name === name && test(item.input));
      if (call !== undefined) return call.input;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`No call of ${name} came.`);
  }

  /** The sources of what was handed over last. */
  get sources(): string[] {
    return this.#rows.map(({ segment }) => segment.source);
  }

  /** What was handed over last. */
  get rows(): readonly { readonly segment: Segment; readonly stored: Uint8Array<ArrayBuffer> }[] {
    return this.#rows;
  }

  /** Everything that the ring has, decompressed: the plain text of all lanes, and their lines. */
  async recorded(): Promise<{ readonly text: string; readonly lines: Recorded[] }> {
    this.#rows = [];
    const given = new Promise<void>((resolve) => {
      this.#given = resolve;
    });
    this.emit('handOver', { handOver: crypto.randomUUID(), startMs: -1e12, endMs: 1e12 });
    await given;
    const texts = await Promise.all(
      this.#rows
        .filter(({ segment }) => segment.lane !== 'screen')
        .map(async ({ segment, stored }) => ({ lane: segment.lane, text: await inflate(stored) })),
    );
    return {
      text: texts.map(({ text }) => text).join(''),
      lines: texts.flatMap(({ lane, text }) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => ({ lane, line: JSON.parse(line) as DomEvent | LaneEvent })),
      ),
    };
  }

  #answer(name: string, input: Record<string, unknown>, bytes: Uint8Array<ArrayBuffer>): object {
    const sessionMs = performance.now() + this.sessionAheadMs;
    switch (name) {
      case 'hello':
        return {
          session: { id: this.#session, startedMs: Date.now() - sessionMs },
          source: `s-${++this.#sources}-${crypto.randomUUID().slice(0, 8)}`,
          window: (input['window'] as string | undefined) ?? `w-${crypto.randomUUID().slice(0, 8)}`,
          sessionMs,
          capability: 'none',
          paused: this.paused,
          settings: { maxAgeMs: 600_000, maxBytes: 200_000_000 },
        };
      case 'clock':
        return { sessionMs };
      case 'openPanel':
        return this.embedUrl === undefined ? {} : { embedUrl: this.embedUrl };
      case 'append': {
        let at = 0;
        for (const segment of input['segments'] as Segment[]) {
          this.#rows.push({ segment, stored: bytes.slice(at, at + segment.storedBytes) });
          at += segment.storedBytes;
        }
        return {};
      }
      case 'handedOver':
        if (input['error'] !== undefined) throw new Error(JSON.stringify(input['error']));
        this.#given?.();
        return {};
      default:
        return {};
    }
  }
}
