import { buildPages, startBytes } from './bench-pages.js';
import { round, type Bench } from './figures.js';

const KB = 1024;

/** What a page loads to be recorded, beside what it would load for rrweb's recorder alone. */
export const recordSize: Bench = {
  prefix: 'record.sizeKB',
  async run() {
    await buildPages();
    const ours = startBytes('embed-ours') / KB;
    const peer = startBytes('embed-rrweb') / KB;
    const peerText = `rrweb.record ${String(round(peer, 1))} KB gzip`;
    return [
      {
        key: 'record.sizeKB',
        value: round(ours, 1),
        atMost: 75,
        unit: 'KB',
        ours: `${String(round(ours, 1))} KB gzip`,
        peer: peerText,
      },
      {
        key: 'record.sizeRatio',
        value: ours / peer,
        unit: '',
        ours: `${String(round(ours, 1))} KB gzip`,
        peer: peerText,
      },
    ];
  },
};
