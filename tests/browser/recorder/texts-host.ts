import type { LiveOrders, LivePageNews, LiveReport } from '../../../src/shared/protocol/live-host.js';
import type { HostDouble } from './host-double.js';

const LOOK_MS = 10;

/** A host process whose customer goes live by two texts: what it orders, and what the page tells it. */
export class TextsHost {
  readonly #host: HostDouble;
  #orders: LiveOrders = {
    session: crypto.randomUUID(),
    way: 'texts',
    iceServers: [],
    app: { name: 'Fluxion', version: '1' },
    install: { signingKey: 'A'.repeat(43), recipient: `age1${'q'.repeat(58)}` },
    startedMs: 0,
    offers: ['view-dom', 'view-video'],
    grants: [],
    asked: 0,
    settled: [],
    with: { isVerified: false },
  };

  constructor(host: HostDouble) {
    this.#host = host;
  }

  get orders(): LiveOrders {
    return this.#orders;
  }

  told(): LivePageNews[] {
    return this.#host.callsOf('live').map(({ input }) => input['news'] as LivePageNews);
  }

  lastReport(): LiveReport | undefined {
    const news = this.told().findLast(({ kind }) => kind === 'report');
    return news?.kind === 'report' ? news.report : undefined;
  }

  /** Rejects with the code of a session that has ended. */
  async report(isIt: (report: LiveReport) => boolean): Promise<LiveReport> {
    for (;;) {
      const last = this.lastReport();
      if (last !== undefined && isIt(last)) return last;
      if (last?.code !== undefined) throw new Error(last.code);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  command(changed: Partial<LiveOrders>): void {
    this.#orders = { ...this.#orders, ...changed };
    const { session } = this.#orders;
    this.#host.emit('live', { session, news: { kind: 'orders', orders: this.#orders } });
  }

  /** The text that the customer sends. */
  async offer(): Promise<string> {
    await this.#host.until('hello');
    this.command({});
    return (await this.report(({ text }) => text !== undefined)).text ?? '';
  }

  /** Pastes the answer, confirms the words at once, and waits until the session is open. */
  async open(answer: string): Promise<void> {
    this.#host.emit('live', { session: this.#orders.session, news: { kind: 'pasted', text: answer } });
    const { words = [] } = await this.report((last) => last.words !== undefined);
    this.command({ confirmed: words });
    await this.report(({ phase }) => phase === 'open');
  }
}
