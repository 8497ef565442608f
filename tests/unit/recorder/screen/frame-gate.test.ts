import { describe, expect, it } from 'vitest';
import type { AreaReport } from '../../../../src/recorder/lanes/screen/area-report.js';
import { FrameGate } from '../../../../src/recorder/lanes/screen/frame-gate.js';

const viewport = { width: 1000, height: 500, left: 0, top: 0, scale: 1 };
const report = (t: number): AreaReport => ({
  t,
  mayHaveMoved: false,
  viewport,
  areas: Float64Array.of(1, 0, t, 10, t),
});

function makeGate(isMasked = true): { gate: FrameGate<string>; said: string[]; captured: number[] } {
  const said: string[] = [];
  const captured: number[] = [];
  const gate = new FrameGate<string>(isMasked, {
    pass: (frame, capturedMs) => {
      said.push(`pass ${frame}`);
      captured.push(capturedMs);
    },
    drop: (frame) => said.push(`drop ${frame}`),
  });
  return { gate, said, captured };
}

describe('a frame', () => {
  it('is held until a report was made after it arrived', () => {
    const { gate, said } = makeGate();
    for (let t = 0; t <= 400; t += 20) gate.addReport(report(t));
    gate.addFrame({ frame: 'a', timestampMs: 9000, arrivedMs: 410 });
    expect(said).toEqual([]);
    gate.addReport(report(410));
    expect(said).toEqual([]);
    gate.addReport(report(420));
    expect(said).toEqual(['pass a']);
  });

  it('is dropped, not let through, when too little is known', () => {
    const { gate, said } = makeGate();
    gate.addReport(report(300));
    gate.addFrame({ frame: 'a', timestampMs: 0, arrivedMs: 310 });
    gate.addReport(report(320));
    expect(said).toEqual(['drop a']);
  });

  it('gives way to later ones while the page’s thread is blocked: a capture has few buffers', () => {
    const { gate, said } = makeGate();
    for (const [index, frame] of ['a', 'b', 'c', 'd'].entries()) {
      gate.addFrame({ frame, timestampMs: index * 200, arrivedMs: index * 200 });
    }
    expect(said).toEqual(['drop a']);
    gate.clear();
    expect(said).toEqual(['drop a', 'drop b', 'drop c', 'drop d']);
  });

  it('was captured at its own time, however late it arrives', () => {
    const { gate, captured } = makeGate(false);
    gate.addFrame({ frame: 'a', timestampMs: 1000, arrivedMs: 510 });
    gate.addFrame({ frame: 'late', timestampMs: 1200, arrivedMs: 890 });
    gate.addFrame({ frame: 'quick', timestampMs: 1400, arrivedMs: 905 });
    gate.addFrame({ frame: 'late again', timestampMs: 1600, arrivedMs: 1300 });
    expect(captured).toEqual([510, 710, 905, 1105]);
  });

  it('of another surface than the page is not held', () => {
    const { gate, said } = makeGate(false);
    gate.addFrame({ frame: 'a', timestampMs: 0, arrivedMs: 1 });
    expect(said).toEqual(['pass a']);
  });

  it('is still decided upon after an hour of reports', () => {
    const { gate, said } = makeGate();
    for (let t = 0; t < 3_600_000; t += 16) gate.addReport(report(t));
    gate.addFrame({ frame: 'a', timestampMs: 0, arrivedMs: 3_600_000 });
    gate.addReport(report(3_600_010));
    expect(said).toEqual(['pass a']);
  });
});
