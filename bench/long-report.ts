// Figures over a long recording: the size of its dom lane, and how soon its report is open, from its beginning or by a link.
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../tests/lab/seeded-random.js';
import { median, round, type Bench, type BenchOptions, type Figure } from './figures.js';
import { longRecording, type LongRecording } from './long-recording.js';
import { domPlain, withReportLab, type ReportLab } from './report-lab.js';

const MB = 1024 * 1024;
const SEED = 20_261_123;

/** Our dom lane, independent segments, against one gzip-6 stream of the same events with the same checkouts. */
export const bundleDomBytes: Bench = {
  prefix: 'bundle.domBytesRatio',
  async run(options) {
    const long = await longRecording(options);
    const ours = long.segments
      .filter(({ lane }) => lane === 'dom')
      .reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    const plain = Buffer.concat(domPlain(long));
    const peer = gzipSync(plain, { level: 6 }).byteLength;
    return [
      {
        key: 'bundle.domBytesRatio',
        value: ours / peer,
        atMost: 1.05,
        unit: '',
        ours: `${String(round(ours / MB, 2))} MB in segments`,
        peer: `one gzip-6 stream ${String(round(peer / MB, 2))} MB of ${String(round(plain.byteLength / MB, 1))} MB`,
      },
    ];
  },
};

/**
 * Runs in the page: tells when a replayed frame with the grid in it has been painted. The replay's own frame runs no
 * scripts, so the page looks into it, through whatever documents lie between.
 */
function watchForFrame(): void {
  if (window.top !== window) return;
  const cellsIn = (inside: Document): number => {
    let cells = inside === document ? 0 : inside.querySelectorAll('td').length;
    for (const frame of inside.querySelectorAll('iframe')) {
      const deeper = frame.contentDocument;
      if (deeper !== null) cells += cellsIn(deeper);
    }
    return cells;
  };
  const look = (): void => {
    if (cellsIn(document) < 10) {
      requestAnimationFrame(look);
      return;
    }
    // Painted after this frame's work.
    requestAnimationFrame(() => {
      setTimeout(() => {
        console.debug(`frame-shown ${String(performance.now())}`);
      });
    });
  };
  requestAnimationFrame(look);
}

/** Milliseconds from the start of the navigation to the first replayed frame, with nothing cached. */
async function openMs(lab: ReportLab, side: 'ours' | 'peer', atMs?: number): Promise<number> {
  const { context, page } = await lab.open(side, watchForFrame);
  try {
    const shown = page.waitForEvent('console', {
      predicate: (message) => message.text().startsWith('frame-shown '),
      timeout: 120_000,
    });
    await page.goto(side === 'ours' ? lab.reportUrl(atMs) : lab.peerUrl(atMs));
    return Number((await shown).text().split(' ')[1]);
  } finally {
    await context.close();
  }
}

/** In turns, so that what else the machine does falls on both. `moments`: one for each turn; undefined is the beginning. */
async function openRatio(
  lab: ReportLab,
  key: string,
  moments: readonly (number | undefined)[],
  log: BenchOptions['log'],
): Promise<Figure> {
  const [ours, peer]: [number[], number[]] = [[], []];
  for (const atMs of moments) {
    ours.push(await openMs(lab, 'ours', atMs));
    peer.push(await openMs(lab, 'peer', atMs));
    const at = atMs === undefined ? '' : ` at ${String(round(atMs / 60_000, 1))} min`;
    log(`ours ${String(round(ours.at(-1) ?? 0, 0))} ms, peer ${String(round(peer.at(-1) ?? 0, 0))} ms${at}`);
  }
  return {
    key,
    value: median(ours) / median(peer),
    atMost: 0.3,
    unit: '',
    ours: `${String(round(median(ours), 0))} ms to the first frame`,
    peer: `rrweb-player ${String(round(median(peer), 0))} ms, ${String(round(lab.eventBytes / MB, 1))} MB of events`,
  };
}

/** Moments at which the grid was on the page. */
function randomMoments({ gridShown }: LongRecording, count: number): number[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, () => {
    const { startMs, endMs } = gridShown[Math.floor(random() * gridShown.length)] ?? { startMs: 0, endMs: 0 };
    return startMs + random() * (endMs - startMs);
  });
}

/** Navigation to first replayed frame: our report at the desk, against rrweb-player given the whole recording. */
export const viewerOpen: Bench = {
  prefix: 'viewer.openRatio',
  keys: ['viewer.linkRatio'],
  run: (options) =>
    withReportLab(options, async (lab) => [
      await openRatio(lab, 'viewer.openRatio', Array.from({ length: options.short ? 1 : 7 }), options.log),
      await openRatio(lab, 'viewer.linkRatio', randomMoments(lab.long, options.short ? 1 : 7), options.log),
    ]),
};
