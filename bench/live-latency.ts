import { LiveWindows, type VideoBeginning } from './live-windows.js';
import { pageServer } from './bench-pages.js';
import { median, round, type Bench, type Figure } from './figures.js';

/** From a change of the customer's window until it is seen by the technician: 15 changes a second in 1920 × 1080 px. */
export const liveLatency: Bench = {
  prefix: 'live.latency',
  keys: ['live.latencyRatio', 'live.domLatencyRatio', 'live.firstPictureMs'],
  async run({ short, log }) {
    const turns = short ? 1 : 7;
    const ms = short ? 3000 : 15_000;
    const warmUpMs = short ? 500 : WARM_UP_MS;
    const server = await pageServer();
    const windows = await LiveWindows.open(await server.listen({ port: 0, host: '127.0.0.1' }));
    const [dom, video, raw]: [Turn[], Turn[], Turn[]] = [[], [], []];
    const [pictures, videos]: [number[], VideoBeginning[]] = [[], []];
    try {
      for (let turn = 0; turn < turns; turn++) {
        const ours = await windows.ours();
        pictures.push(await ours.showPicture());
        dom.push(turnOf(await ours.latencies(ms)));
        videos.push(await ours.showVideo());
        await ours.customer.waitForTimeout(warmUpMs);
        video.push(turnOf(await ours.latencies(ms)));
        const size = await ours.size();
        await ours.close();
        const peer = await windows.raw();
        await peer.customer.waitForTimeout(warmUpMs);
        raw.push(turnOf(await peer.latencies(ms)));
        log(`ours ${size}, the peer ${await peer.size()}`);
        await peer.close();
      }
      return [
        ratio('live.latencyRatio', video, raw, 1, 'RTCPeerConnection, getDisplayMedia'),
        ratio('live.domLatencyRatio', dom, video, 0.7, 'our video'),
        ...beginnings(pictures, videos),
      ];
    } finally {
      await windows.close();
      await server.close();
    }
  },
};

/** A new video is large and blurred at first, on both sides. */
const WARM_UP_MS = 3000;

interface Turn {
  readonly p50: number;
  readonly p95: number;
  readonly changes: number;
}

function turnOf(latencies: readonly number[]): Turn {
  const sorted = [...latencies].sort((a, b) => a - b);
  const p95 = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? Number.NaN;
  return { p50: median(sorted), p95, changes: sorted.length };
}

function words(turns: readonly Turn[]): string {
  const changes = turns.reduce((sum, turn) => sum + turn.changes, 0);
  const [p50, p95] = [median(turns.map((turn) => turn.p50)), median(turns.map((turn) => turn.p95))];
  return `p50 ${String(round(p50, 1))} ms, p95 ${String(round(p95, 1))}, ${String(changes)} changes in ${String(turns.length)} turns`;
}

function ratio(key: string, ours: readonly Turn[], peers: readonly Turn[], atMost: number, peer: string): Figure {
  const ratios = ours.map(({ p50 }, turn) => p50 / (peers[turn]?.p50 ?? Number.NaN));
  return { key, value: median(ratios), atMost, unit: '', ours: words(ours), peer: `${peer}: ${words(peers)}` };
}

/** What follows `live.openMs.all`: a session that is open, in which somebody allows to see. */
function beginnings(pictures: readonly number[], videos: readonly VideoBeginning[]): Figure[] {
  const all: [string, string, number[]][] = [
    ['dom', 'from the grant until the app is seen as DOM', [...pictures]],
    ['videoTrack', 'from the press until the track has come', videos.map(({ trackMs }) => trackMs)],
    ['videoSeen', 'from there until the video is seen', videos.map(({ seenMs }) => seenMs)],
  ];
  return all.map(([name, what, values]) => ({
    key: `live.firstPictureMs.${name}`,
    value: median(values),
    unit: 'ms',
    ours: `${what}; ${String(values.length)} turns`,
    peer: '',
  }));
}
