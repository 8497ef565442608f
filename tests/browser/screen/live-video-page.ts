import { ManualSubscriber, subscribe, type LiveSession } from '../../../src/live/subscriber/subscribe.js';
import type { LiveOrders, LivePageNews, LiveReport } from '../../../src/shared/protocol/live-host.js';
import type { GrantKind } from '../../../src/shared/protocol/live-grants.js';
import { FrameAssembler } from '../../../src/shared/protocol/live-frames.js';
import { decodeDomMessage } from '../../../src/shared/protocol/live-streams.js';
import type { SeenLive, LiveVideoPage } from '../../integration/live/seen-live.js';
import { countPixels, host } from './screen-page.js';

// The page of screen-page.ts in a live session, and a technician's end in the same page, over a real connection. It shows nothing in the
// page: what comes is decoded frame by frame, and its pixels are counted.

declare const MediaStreamTrackProcessor: new (init: { readonly track: MediaStreamTrack }) => {
  readonly readable: ReadableStream<VideoFrame>;
};

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
const seen: { frames: SeenLive['frames'][number][]; dom: string[]; told: string[] } = { frames: [], dom: [], told: [] };
const assembler = new FrameAssembler();
let reading: Promise<void> = Promise.resolve();

function command(changed: Partial<LiveOrders>): void {
  Object.assign(orders, changed);
  host.emit('live', { session: orders.session, news: { kind: 'orders', orders: { ...orders } } });
}

function lastReport(): LiveReport | undefined {
  const news = host
    .callsOf('live')
    .map(({ input }) => input['news'] as LivePageNews)
    .findLast(({ kind }) => kind === 'report');
  return news?.kind === 'report' ? news.report : undefined;
}

async function report(isIt: (report: LiveReport) => boolean): Promise<LiveReport> {
  for (;;) {
    const last = lastReport();
    if (last !== undefined && isIt(last)) return last;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function decode(track: MediaStreamTrack): Promise<void> {
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const { displayWidth, displayHeight } = value;
    seen.frames.push(
      countPixels(displayWidth, displayHeight, (context) => {
        context.drawImage(value, 0, 0);
      }),
    );
    value.close();
  }
}

async function open(): Promise<void> {
  await host.until('hello');
  command({});
  const { text = '' } = await report((last) => last.text !== undefined);
  const answer = await new Promise<string>((resolve) => {
    const signaling = new ManualSubscriber(resolve);
    const session: LiveSession = subscribe(
      { signaling, servers: [] },
      {
        state: ({ words, hasConfirmed }) => {
          if (words !== undefined && !hasConfirmed) session.confirm();
        },
        control: (message) => seen.told.push(JSON.stringify(message)),
        message: (channel, data) => {
          const whole = channel === 'dom' && typeof data !== 'string' ? assembler.receive(data) : undefined;
          if (whole === undefined) return;
          reading = reading.then(async () => {
            seen.dom.push(JSON.stringify(await decodeDomMessage(whole)));
          });
        },
        track: (track) => void decode(track),
      },
    );
    signaling.paste(text);
  });
  host.emit('live', { session: orders.session, news: { kind: 'pasted', text: answer } });
  const { words = [] } = await report((last) => last.words !== undefined);
  command({ confirmed: words });
  await report(({ phase }) => phase === 'open');
}

const page: LiveVideoPage = {
  open,
  allow(kinds: readonly GrantKind[]) {
    const untilMs = Date.now() + 600_000;
    command({ grants: kinds.map((kind) => ({ grant: crypto.randomUUID(), kind, untilMs })) });
  },
  isOn: () => lastReport()?.video?.state === 'on' && seen.frames.length > 0,
  async seen() {
    await reading;
    return { frames: seen.frames, dom: seen.dom.join('\n'), told: seen.told };
  },
};
globalThis.liveVideoPage = page;
