import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Rooms } from '../src/desk/signaling/rooms.js';
import { SIGNALING_PATH, SignalingSockets } from '../src/desk/signaling/sockets.js';
import { launchChromium } from '../tests/e2e/product.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench, type Figure } from './figures.js';
import type { LiveBench, OurTimes } from './pages/live.js';
import type { Tickets } from './pages/raw-peer.js';

declare const liveBench: LiveBench;

/** From "Go live" until people can compare words, and until a session is open; what they carry where there is no server. */
export const live: Bench = {
  prefix: 'live.connect',
  keys: ['live.openMs', 'live.pairingChars'],
  async run({ short, log }) {
    const rooms = new Rooms(Date.now);
    const sockets = new SignalingSockets(rooms, false);
    const relay = createServer().on('upgrade', (request, socket, head) => {
      sockets.accept(request, socket, head);
    });
    relay.listen(0, '127.0.0.1');
    await once(relay, 'listening');
    const server = await pageServer();
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${await server.listen({ port: 0, host: '127.0.0.1' })}/live/bench/pages/live.html`);
      await page.waitForFunction(() => 'liveBench' in globalThis);
      const tickets = (): Tickets => {
        const { code, ticket } = rooms.open();
        const url = `ws://127.0.0.1:${String((relay.address() as AddressInfo).port)}${SIGNALING_PATH}`;
        return { url, publisher: ticket, subscriber: rooms.join(code).ticket };
      };
      const ours: OurTimes[] = [];
      const raw: number[] = [];
      const rounds = short ? 3 : 40;
      for (let round = -1; round < rounds; round += 1) {
        const our = await page.evaluate((given) => liveBench.connectOurs(given), tickets());
        const their = await page.evaluate((given) => liveBench.connectRaw(given), tickets());
        if (round < 0) continue; // The first of each finds nothing compiled.
        ours.push(our);
        raw.push(their);
      }
      log(`${String(rounds)} rounds each, in turn`);
      const texts = await page.evaluate(() => liveBench.pairingTexts());
      const chars = Math.max(texts.offer.length, texts.answer.length);
      return [
        connectRatio(ours, raw),
        ...phases(ours),
        {
          key: 'live.pairingChars',
          value: chars,
          atMost: 160,
          unit: 'characters',
          ours: `offer ${String(texts.offer.length)}, answer ${String(texts.answer.length)}`,
          peer: `base64 of an SDP ${String(texts.rawOffer.length)}`,
        },
      ];
    } finally {
      await browser.close();
      await server.close();
      sockets.close();
      relay.close();
    }
  },
};

function ms(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const p90 = sorted[Math.floor(0.9 * (sorted.length - 1))] ?? Number.NaN;
  return `p50 ${String(round(median(values), 1))} ms, p90 ${String(round(p90, 1))}`;
}

/** Ours is connected when both sides have words to compare: two messages more than the peer, which then knows nobody. */
function connectRatio(ours: readonly OurTimes[], raw: readonly number[]): Figure {
  const words = ours.map((times) => times.words);
  return {
    key: 'live.connectRatio',
    value: median(words) / median(raw),
    atMost: 1.3,
    unit: '',
    ours: `until the words ${ms(words)}`,
    peer: `RTCPeerConnection, until its channel is open ${ms(raw)}`,
  };
}

/** Each phase until the next one began; the last until both are open, where both people confirm at once. */
function phases(ours: readonly OurTimes[]): Figure[] {
  const order = ['signaling', 'routing', 'securing', 'channels', 'comparing'] as const;
  const lasting = (at: number): number[] =>
    ours.map(({ phases: began, open }) => {
      const from = began[order[at] ?? 'comparing'] ?? 0;
      const next = order.slice(at + 1).find((phase) => began[phase] !== undefined);
      return (next === undefined ? open : (began[next] ?? open)) - from;
    });
  const waiting = ours.map(({ phases: began }) => began.signaling ?? 0);
  const all: [string, number[]][] = [
    ['waiting', waiting],
    ...order.map((phase, at): [string, number[]] => [phase, lasting(at)]),
    ['all', ours.map(({ open }) => open)],
  ];
  return all.map(([phase, values]) => ({
    key: `live.openMs.${phase}`,
    value: median(values),
    unit: 'ms',
    ours: ms(values),
    peer: '',
  }));
}
