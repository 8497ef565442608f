import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { crc32 } from '../../../src/shared/bundle/crc32.js';
import type { Draft } from '../../../src/shared/protocol/host.js';
import type { Lane } from '../../../src/shared/session/lane.js';
import type { SealedSegment, Segment } from '../../../src/shared/session/segment.js';
import { answerOf, ask, post, type Answered } from './requests.js';

// Doubles of the two documents: a window that records (without a page) and a panel (without a face). Everything between
// them and the host is real.

interface Hello {
  readonly session: { readonly id: string; readonly startedMs: number };
  readonly source: string;
  readonly window: string;
  readonly sessionMs: number;
  readonly capability: string;
  readonly paused: boolean;
}

export interface EventChannel {
  /** What came, oldest first. */
  readonly events: { readonly event: string; readonly data: unknown }[];
  /** Resolves with the data of the first event of this name that fits, come or to come. */
  waitFor(event: string, fits?: (data: unknown) => boolean): Promise<unknown>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): void;
}

export async function openChannel(url: string, origin: string, capability: string): Promise<EventChannel> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { origin });
  const events: { event: string; data: unknown }[] = [];
  const waiters = new Set<() => void>();
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      resolve(code);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      socket.send(JSON.stringify({ capability }));
    });
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8')) as { ready?: true; event: string; data: unknown };
      if (message.ready === true) {
        resolve();
        return;
      }
      events.push(message);
      for (const waiter of [...waiters]) waiter();
    });
    socket.on('error', reject);
    void closed.then((code) => {
      reject(new Error(`closed with ${code}`));
    });
  });
  return {
    events,
    closed,
    async waitFor(event, fits = () => true) {
      return await new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`no ${event} came; what came: ${JSON.stringify(events).slice(0, 2000)}`));
        }, 20_000);
        const look = (): void => {
          const found = events.find((one) => one.event === event && fits(one.data));
          if (found === undefined) return;
          clearTimeout(timer);
          waiters.delete(look);
          resolve(found.data);
        };
        waiters.add(look);
        look();
      });
    },
    close() {
      socket.close();
    },
  };
}

export class WindowDouble {
  readonly hello: Hello;
  readonly #origin: string;
  #channel: EventChannel | undefined;

  static async open(origin: string, window?: string): Promise<WindowDouble> {
    const double = await WindowDouble.sayHello(origin, window);
    await double.connect();
    return double;
  }

  static async sayHello(origin: string, window?: string): Promise<WindowDouble> {
    const input = { originMs: 1_700_000_000_000, monoMs: 5, wallMs: Date.now(), title: 'A window' };
    const answer = await post(`${origin}/__fluxrec/recorder/hello`, {
      ...input,
      ...(window === undefined ? {} : { window }),
    });
    return new WindowDouble(origin, answerOf(answer).value as Hello);
  }

  private constructor(origin: string, hello: Hello) {
    this.#origin = origin;
    this.hello = hello;
  }

  get channel(): EventChannel {
    if (this.#channel === undefined) throw new Error('not connected');
    return this.#channel;
  }

  async connect(): Promise<void> {
    this.#channel = await openChannel(`${this.#origin}/__fluxrec/recorder/events`, this.#origin, this.hello.capability);
  }

  async call(method: string, input: unknown, bytes?: Uint8Array): Promise<Answered> {
    const { capability } = this.hello;
    const url = `${this.#origin}/__fluxrec/recorder/${method}`;
    return answerOf(await post(url, input, bytes === undefined ? { capability } : { capability, bytes }));
  }

  async giveRows(handOver: string, rows: readonly SealedSegment[]): Promise<void> {
    const bytes = Buffer.concat(rows.map(({ stored }) => stored));
    await this.call('append', { handOver, segments: rows.map(({ segment }) => segment) }, bytes);
  }

  /** Answers the next hand-over with these rows. */
  async handOver(rows: readonly SealedSegment[], dead: readonly string[] = []): Promise<void> {
    const { handOver } = (await this.channel.waitFor('handOver')) as { handOver: string };
    if (rows.length > 0) await this.giveRows(handOver, rows);
    await this.call('handedOver', { handOver, dead });
  }

  row(lane: Lane, chain: number, lines: readonly object[], more: Partial<Segment> = {}): SealedSegment {
    return sealedRow(this.hello, lane, chain, lines, more);
  }
}

/** A row as a ring seals it. Times are the source's monotonic ones: 10 ms and on. */
export function sealedRow(
  { session, source }: { session: { id: string }; source: string },
  lane: Lane,
  chain: number,
  lines: readonly object[],
  more: Partial<Segment> = {},
): SealedSegment {
  const plain = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const stored = new Uint8Array(deflateRawSync(plain));
  const segment: Segment = {
    session: session.id,
    source,
    lane,
    chain,
    sequence: 0,
    startMonoMs: 10,
    endMonoMs: 20,
    startWallMs: 1_700_000_000_010,
    endWallMs: 1_700_000_000_020,
    events: lines.length,
    bytes: plain.length,
    storedBytes: stored.length,
    crc32: crc32(plain),
    sha256: createHash('sha256').update(plain).digest('hex'),
    storedSha256: createHash('sha256').update(stored).digest('hex'),
    ...(lane === 'dom' ? { checkout: true as const } : {}),
    ...more,
  };
  return { segment, stored };
}

/** Loads the panel's document as a browser does, and takes its capability from it. */
export async function loadPanel(panelUrl: string): Promise<string> {
  const answer = await ask(panelUrl, { headers: { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-site' } });
  const found = /<script type="application\/json" id="fluxrec-capability">(.*?)<\/script>/.exec(answer.body.toString());
  if (found?.[1] === undefined) throw new Error(`no capability in ${answer.status} ${answer.body.toString()}`);
  return (JSON.parse(found[1]) as { capability: string }).capability;
}

export class PanelDouble {
  readonly capability: string;
  readonly channel: EventChannel;
  readonly #origin: string;

  static async open(panelUrl: string): Promise<PanelDouble> {
    const capability = await loadPanel(panelUrl);
    const { origin } = new URL(panelUrl);
    return new PanelDouble(origin, capability, await openChannel(`${origin}/panel/events`, origin, capability));
  }

  private constructor(origin: string, capability: string, channel: EventChannel) {
    this.#origin = origin;
    this.capability = capability;
    this.channel = channel;
  }

  async call(method: string, input: unknown): Promise<Answered> {
    return answerOf(await post(`${this.#origin}/panel/${method}`, input, { capability: this.capability }));
  }

  async createDraft(): Promise<Draft> {
    return ((await this.call('createDraft', {})).value as { draft: Draft }).draft;
  }

  async readyDraft(id: string): Promise<Draft> {
    return (await this.channel.waitFor('draft', (data) => {
      const draft = data as Draft;
      return draft.id === id && draft.status !== 'collecting';
    })) as Draft;
  }
}
