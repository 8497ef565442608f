import { onTestFinished } from 'vitest';
import { PageRecorder } from '../../../src/recorder/recorder.js';
import type { LiveHostNews, LiveOrders, LivePageNews } from '../../../src/shared/protocol/live-host.js';
import type { GrantKind } from '../../../src/shared/protocol/live-grants.js';
import type { SessionMessageOf, SessionMessage } from '../../../src/shared/protocol/live-messages.js';
import { FrameAssembler } from '../../../src/shared/protocol/live-frames.js';
import { decodeBulk, encodeBulk, type BulkMessage } from '../../../src/shared/protocol/live-bulk.js';
import { FramedSender } from '../../../src/live/framed-sender.js';
import type { ConsoleLine } from '../../../src/shared/protocol/live-console.js';
import { decodeDomMessage, parseConsole, type DomMessage } from '../../../src/shared/protocol/live-streams.js';
import { parseSignal } from '../../../src/shared/protocol/live.js';
import { HostDouble } from '../recorder/host-double.js';
import { Teller, Wire } from '../live/pair.js';

const INSTALL = { signingKey: 'A'.repeat(43), recipient: `age1${'q'.repeat(58)}` };

/** A real recorder in this page with a technician's end in the same page. What the host process would say, the test says. */
export class Customer {
  readonly host = new HostDouble();
  readonly recorder: PageRecorder;
  readonly technician: Teller;
  readonly dom: DomMessage[] = [];
  readonly lines: ConsoleLine[] = [];
  readonly bulk: BulkMessage[] = [];
  orders: LiveOrders;
  isCaughtUp = false;
  droppedLines = 0;
  readonly #wire = new Wire();
  #assemblers = { dom: new FrameAssembler(), bulk: new FrameAssembler() };
  #seen = 0;
  #reading: Promise<void> = Promise.resolve();
  #carried = 0;

  constructor() {
    this.recorder = new PageRecorder(this.host, 'https://own.example/', { hotkey: false });
    this.orders = {
      session: crypto.randomUUID(),
      way: 'code',
      iceServers: [],
      app: { name: 'Fluxion', version: '1' },
      install: INSTALL,
      startedMs: 0,
      offers: ['view-dom', 'view-video', 'console', 'chat', 'point', 'screenshot', 'commands'],
      grants: [],
      asked: 0,
      settled: [],
      with: { isVerified: false },
    };
    this.technician = new Teller({ role: 'subscriber', signaling: this.#wire.subscriber, name: 'Ines' });
    const timer = setInterval(() => {
      this.#carry();
    }, 5);
    onTestFinished(async () => {
      clearInterval(timer);
      await this.technician.session.end();
      this.recorder.stop();
      // The window's id: the next file's recorder is not this window's.
      sessionStorage.clear();
    });
  }

  /** What the page told the host process. */
  get told(): LivePageNews[] {
    return this.host.callsOf('live').map(({ input }) => input['news'] as LivePageNews);
  }

  told1<K extends LivePageNews['kind']>(kind: K): Extract<LivePageNews, { kind: K }>[] {
    return this.told.filter((news): news is Extract<LivePageNews, { kind: K }> => news.kind === kind);
  }

  tell(news: LiveHostNews): void {
    this.host.emit('live', { session: this.orders.session, news });
  }

  command(changes: Partial<LiveOrders>): void {
    this.orders = { ...this.orders, ...changes };
    this.tell({ kind: 'orders', orders: this.orders });
  }

  /** From nothing to an open session without any grant. */
  async open(): Promise<void> {
    await this.host.until('hello');
    await this.until(() => this.recorder.state === 'recording', 'recording');
    // As the host process meddles with nothing, signals go straight through it.
    this.#wire.meddle = (from, signal) => {
      if (from === 'subscriber') this.tell({ kind: 'signal', signal: JSON.stringify(signal) });
      return [];
    };
    this.command({});
    await this.until(() => this.told1('report').length > 0, 'a report');
    this.tell({ kind: 'joined' });
    await this.technician.reach('comparing');
    this.technician.session.confirm();
    await this.until(() => this.told1('report').at(-1)?.report.words !== undefined, 'words');
    const { words } = this.told1('report').at(-1)?.report ?? {};
    if (words !== undefined) this.command({ confirmed: words });
    await this.technician.reach('open');
    await this.until(() => this.told1('report').at(-1)?.report.phase === 'open', 'open');
  }

  grant(...kinds: GrantKind[]): void {
    const untilMs = Date.now() + 60_000;
    this.command({ grants: kinds.map((kind) => ({ grant: crypto.randomUUID(), kind, untilMs })) });
  }

  /** What the technician was told on the control channel. */
  heard<T extends SessionMessage['type']>(type: T): SessionMessageOf<T>[] {
    return this.technician.control.filter((message): message is SessionMessageOf<T> => message.type === type);
  }

  get events(): { type: number; data: Record<string, unknown> }[] {
    return this.dom.flatMap((message) => (message.kind === 'events' ? message.events : []));
  }

  async sendBulk(message: BulkMessage): Promise<void> {
    await new FramedSender(this.technician.session.channel('bulk')).send(encodeBulk(message));
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    const untilMs = performance.now() + 15_000;
    while (!isSo()) {
      if (performance.now() > untilMs) {
        const last = JSON.stringify(this.told.slice(-3));
        throw new Error(`${what} did not happen; ${this.technician.phase} ${this.technician.code ?? ''} ${last}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Signals from the page, and what came on the technician's channels. */
  #carry(): void {
    const signals = this.told1('signal');
    for (; this.#carried < signals.length; this.#carried += 1) {
      const signal = parseSignal(signals[this.#carried]?.signal ?? '');
      if (signal !== undefined) this.#wire.subscriber.listener?.signal(signal);
    }
    const { messages } = this.technician;
    for (; this.#seen < messages.length; this.#seen += 1) {
      const { channel, data } = messages[this.#seen] ?? {};
      if (channel === 'console' && typeof data === 'string') {
        const message = parseConsole(data);
        if (message === undefined) throw new Error(`not a console message: ${data.slice(0, 500)}`);
        if (message.kind === 'lines') this.lines.push(...message.lines);
        if (message.kind === 'dropped') this.droppedLines += message.lines;
        if (message.kind === 'caught-up') this.isCaughtUp = true;
      } else if ((channel === 'dom' || channel === 'bulk') && data !== undefined && typeof data !== 'string') {
        const whole = this.#assemblers[channel].receive(data);
        if (whole === undefined) continue;
        if (channel === 'bulk') this.bulk.push(decodeBulk(whole));
        else {
          this.#reading = this.#reading.then(async () => {
            this.dom.push(await decodeDomMessage(whole));
          });
        }
      }
    }
  }
}
