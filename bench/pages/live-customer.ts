import { startRecorder } from 'fluxion-recorder/recorder';
import type { GrantAsk, GrantKind } from '../../src/shared/protocol/live-grants.js';
import { HostDouble } from '../../tests/browser/recorder/host-double.js';
import { TextsHost } from '../../tests/browser/recorder/texts-host.js';
import { buildScene, exposeChanges } from './live-scene.js';
import { exposeTraffic } from './live-traffic.js';

// An app with the recorder as it is, whose customer goes live by two texts and allows what the bench says.

exposeTraffic();
exposeChanges();
const host = new HostDouble();
startRecorder({ host, hotkey: false });
buildScene();
const live = new TextsHost(host);

/** Unix ms of when the video was first in each state. */
const videoAtMs: Partial<Record<string, number>> = {};

async function askOf(kind: GrantKind): Promise<GrantAsk> {
  for (;;) {
    const news = live.told().findLast((one) => one.kind === 'asked' && one.ask.kind === kind);
    if (news?.kind === 'asked') return news.ask;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
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
  offer: () => live.offer(),
  open: (answer) => live.open(answer),
  async allow(kinds) {
    const asks = await Promise.all(kinds.map(askOf));
    const atMs = Date.now();
    const untilMs = atMs + 3_600_000;
    const settled = live.orders.grants.map(({ grant }) => ({ grant, reason: 'taken-back' as const }));
    live.command({ grants: asks.map(({ grant, kind }) => ({ grant, kind, untilMs })), settled });
    return atMs;
  },
  videoAtMs: () => videoAtMs,
};
setInterval(() => {
  const state = live.lastReport()?.video?.state;
  if (state !== undefined) videoAtMs[state] ??= Date.now();
}, 5);
Object.assign(globalThis, { liveCustomer: page });
