import { ReplaySurface } from '../../../src/viewer/replay/surface.js';

// A page around the replay surface alone, built for tests/integration/replay-isolation.test.ts.

declare global {
  /** Shows one dom chain (NDJSON, dated from 0) at a moment; answers what became of it. */
  var showChain: (ndjson: string, atMs: number) => Promise<string>;
  var play: (speed: number) => void;
}

const target = document.getElementById('replay');
if (target === null) throw new Error('the page has no place for a replay');
const surface = new ReplaySurface({
  target,
  documentUrl: new URL('../../../src/viewer/replay.html', location.href).href,
});

globalThis.showChain = async (ndjson, atMs) => {
  const clock = { originMs: 0, anchors: [{ monoMs: 0, sessionMs: 0, wallMs: 0, uncertaintyMs: 0 }], offsetMs: 0 };
  const result = await surface.show({ clock, chunks: [new TextEncoder().encode(ndjson)] }, atMs);
  return result.kind;
};
globalThis.play = (speed) => {
  surface.play(speed, 0);
};
