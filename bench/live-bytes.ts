import type { Page } from 'playwright-core';
import { LiveWindows, type WatchedWindows } from './live-windows.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench, type Figure } from './figures.js';
import type { Traffic } from './pages/live-traffic.js';

const KB = 1024;
/** A new video is large at first, on both sides, and is told apart. */
const WARM_UP_MS = 10_000;
/** Six keys a second is a fast typist, who stops after some words. */
const KEY_MS = 165;
const PAUSE_MS = 1200;
const WHEEL_MS = 140;
const SENTENCES = [
  'The order of the 14th was delayed by customs. ',
  'Twenty-four gear motors are still in Hamburg; the invoice says thirty. ',
  'Could you look why the total changed after the sync? ',
];

/** What a person does in the window for a minute, with the browser's real input. */
const SCENES: readonly { readonly name: 'typing' | 'scrolling'; readonly play: typeof type }[] = [
  { name: 'typing', play: type },
  { name: 'scrolling', play: scroll },
];

async function type(page: Page, ms: number): Promise<void> {
  await page.click('#note');
  const untilMs = Date.now() + ms;
  for (let sentence = 0; Date.now() < untilMs; sentence++) {
    for (const key of SENTENCES[sentence % SENTENCES.length] ?? '') {
      if (Date.now() >= untilMs) return;
      await page.keyboard.type(key);
      await page.waitForTimeout(KEY_MS);
    }
    await page.waitForTimeout(PAUSE_MS);
  }
}

/** Down some screens of text, and up again, with moments to read. */
async function scroll(page: Page, ms: number): Promise<void> {
  await page.mouse.move(960, 700);
  const untilMs = Date.now() + ms;
  for (let turn = 0; Date.now() < untilMs; turn++) {
    const isReading = turn % 12 >= 8;
    if (!isReading) await page.mouse.wheel(0, turn % 60 < 30 ? 120 : -120);
    await page.waitForTimeout(WHEEL_MS);
  }
}

/** Bytes of the same minute: our video against a browser's, and the app as DOM against our video. */
export const liveBytes: Bench = {
  prefix: 'live.videoBytesRatio',
  keys: ['live.domBytes'],
  async run({ short, log }) {
    const turns = short ? 1 : 3;
    const ms = short ? 3000 : 60_000;
    const warmUpMs = short ? 1000 : WARM_UP_MS;
    const server = await pageServer();
    const windows = await LiveWindows.open(await server.listen({ port: 0, host: '127.0.0.1' }));
    const measured: Measured[] = [];
    try {
      for (let turn = 0; turn < turns; turn++) {
        const ours = await windows.ours();
        await ours.showVideo('view-dom');
        measured.push(...(await measure(ours, 'ours', { ms, warmUpMs, log })));
        const raw = await windows.raw();
        measured.push(...(await measure(raw, 'peer', { ms, warmUpMs, log })));
      }
    } finally {
      await windows.close();
      await server.close();
    }
    return figures(measured, turns);
  },
};

interface Measured {
  readonly side: 'ours' | 'peer';
  readonly scene: (typeof SCENES)[number]['name'];
  readonly sent: Sent;
}

/** A second, on average. */
interface Sent {
  readonly videoBytes: number;
  readonly channelBytes: number;
  readonly frames: number;
}

/**
 * What carries one message of a data channel: its SCTP packet and chunk (12 + 16 bytes, RFC 9260) and its DTLS record (13, and 8 + 16
 * for AES-GCM, RFC 5288). Of RTP the browser's statistics have the headers; SRTP adds a tag of 10 to 16 bytes, which they do not.
 */
const MESSAGE_BYTES = 12 + 16 + 13 + 24;
const TAG_BYTES = 16;

interface MeasureOptions {
  readonly ms: number;
  readonly warmUpMs: number;
  readonly log: (text: string) => void;
}

async function measure(
  windows: WatchedWindows,
  side: Measured['side'],
  { ms, warmUpMs, log }: MeasureOptions,
): Promise<Measured[]> {
  await windows.customer.waitForTimeout(warmUpMs);
  const start = await windows.traffic();
  log(`${side}, the first ${String(warmUpMs / 1000)} s: video ${String(round(start.videoBytes / KB, 1))} KB`);
  const all: Measured[] = [];
  for (const { name, play } of SCENES) {
    const before = await windows.traffic();
    const beganMs = Date.now();
    await play(windows.customer, ms);
    const sent = between(before, await windows.traffic(), (Date.now() - beganMs) / 1000);
    const { codec, quantizer } = await windows.traffic();
    const words = `video ${String(round(sent.videoBytes / KB, 2))} KB/s, DOM ${String(round(sent.channelBytes / KB, 2))} KB/s`;
    log(
      `${side}, ${name}: ${words}; ${String(round(sent.frames, 1))} frames/s, ${codec}, ${await windows.size()}, quantizer ${String(round(quantizer, 0))}`,
    );
    all.push({ side, scene: name, sent });
  }
  await windows.close();
  return all;
}

function between(before: Traffic, after: Traffic, seconds: number): Sent {
  const per = (amount: (traffic: Traffic) => number): number => (amount(after) - amount(before)) / seconds;
  return {
    videoBytes: per(({ videoBytes, videoPackets }) => videoBytes + TAG_BYTES * videoPackets),
    frames: per(({ videoFrames }) => videoFrames),
    channelBytes: per(({ domBytes, domMessages }) => domBytes + MESSAGE_BYTES * domMessages),
  };
}

function figures(measured: readonly Measured[], turns: number): Figure[] {
  const of = (side: Measured['side'], scene: Measured['scene'] | undefined, amount: (sent: Sent) => number): number[] =>
    measured
      .filter((one) => one.side === side && (scene === undefined || one.scene === scene))
      .map(({ sent }) => amount(sent));
  const video = ({ videoBytes }: Sent): number => videoBytes;
  const dom = ({ channelBytes }: Sent): number => channelBytes;
  const make = (key: string, atMost: number | undefined, ours: number[], peer: number[], who: string): Figure => ({
    key,
    value: median(ours) / median(peer),
    ...(atMost === undefined ? {} : { atMost }),
    unit: '',
    ours: `${rate(ours)}, ${String(turns)} turns`,
    peer: `${who} ${rate(peer)}`,
  });
  return [
    // Of both scenes: as many seconds of each.
    {
      ...make(
        'live.videoBytesRatio',
        0.3,
        pairs(of('ours', undefined, video)),
        pairs(of('peer', undefined, video)),
        '',
      ),
      peer: `VP8, the browser's defaults ${rate(pairs(of('peer', undefined, video)))}`,
    },
    ...SCENES.map(({ name }) =>
      make(`live.videoBytesRatio.${name}`, undefined, of('ours', name, video), of('peer', name, video), 'VP8'),
    ),
    make('live.domBytesScrollRatio', 0.1, of('ours', 'scrolling', dom), of('ours', 'scrolling', video), 'our video'),
    make('live.domBytesTypingRatio', 0.5, of('ours', 'typing', dom), of('ours', 'typing', video), 'our video'),
  ];
}

/** The mean of both scenes, turn by turn. */
function pairs(values: readonly number[]): number[] {
  return values.flatMap((value, at) => (at % 2 === 0 ? [] : [(value + (values[at - 1] ?? Number.NaN)) / 2]));
}

function rate(values: readonly number[]): string {
  return `${String(round(median(values) / KB, 2))} KB/s`;
}
