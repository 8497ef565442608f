import { startRecorder } from 'fluxion-recorder/recorder';
import type { GrantAsk, GrantKind } from '../../src/shared/protocol/live-grants.js';
import type { LiveOrders, LivePageNews, LiveReport } from '../../src/shared/protocol/live-host.js';
import { HostDouble } from '../../tests/browser/recorder/host-double.js';
import { buildScene, exposeChanges } from './live-scene.js';
import { exposeTraffic } from './live-traffic.js';

// An app with the recorder as it is, whose customer goes live by two texts and allows what the bench says.

exposeTraffic();
exposeChanges();
const host = new HostDouble();
startRecorder({ host, hotkey: false });
buildScene();

const orders: LiveOrders = {
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
/** Unix ms of when the video was first in each state. */
const videoAtMs: Partial<Record<string, number>> = {};

function told(): LivePageNews[] {
  return host.callsOf('live').map(({ input }) => input['news'] as LivePageNews);
}

function reports(): LiveReport[] {
  return told().flatMap((news) => (news.kind === 'report' ? [news.report] : []));
}

async function askOf(kind: GrantKind): Promise<GrantAsk> {
  for (;;) {
    const news = told().findLast((one) => one.kind === 'asked' && one.ask.kind === kind);
    if (news?.kind === 'asked') return news.ask;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function report(isIt: (report: LiveReport) => boolean): Promise<LiveReport> {
  for (;;) {
    const last = reports().at(-1);
    if (last !== undefined && isIt(last)) return last;
    if (last?.code !== undefined) throw new Error(last.code);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function command(changed: Partial<LiveOrders>): void {
  Object.assign(orders, changed);
  host.emit('live', { session: orders.session, news: { kind: 'orders', orders: { ...orders } } });
}

export interface CustomerPage {
  offer(): Promise<string>;
  /** Pastes the answer, confirms the words at once, and waits until the session is open. */
  open(answer: string): Promise<void>;
  /** These, once they were asked for, and no others. Answers when, Unix ms. */
  allow(kinds: readonly GrantKind[]): Promise<number>;
  videoAtMs(): typeof videoAtMs;
}

const page: CustomerPage = {
  async offer() {
    await host.until('hello');
    command({});
    return (await report(({ text }) => text !== undefined)).text ?? '';
  },
  async open(answer) {
    host.emit('live', { session: orders.session, news: { kind: 'pasted', text: answer } });
    const { words = [] } = await report((last) => last.words !== undefined);
    command({ confirmed: words });
    await report(({ phase }) => phase === 'open');
  },
  async allow(kinds) {
    const asks = await Promise.all(kinds.map(askOf));
    const atMs = Date.now();
    const untilMs = atMs + 3_600_000;
    const settled = orders.grants.map(({ grant }) => ({ grant, reason: 'taken-back' as const }));
    command({ grants: asks.map(({ grant, kind }) => ({ grant, kind, untilMs })), settled });
    return atMs;
  },
  videoAtMs: () => videoAtMs,
};
setInterval(() => {
  const state = reports().at(-1)?.video?.state;
  if (state !== undefined) videoAtMs[state] ??= Date.now();
}, 5);
Object.assign(globalThis, { liveCustomer: page });
