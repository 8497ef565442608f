import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckoutGate, type Admitted, type TimedDomEvent } from '../../../../src/recorder/ring/checkout-gate.js';

let clock = 0;
function timed(type: number, name = ''): TimedDomEvent {
  clock++;
  return { event: { type, data: { name }, timestamp: clock }, monoMs: clock };
}
const meta = (): TimedDomEvent => timed(4);
const full = (): TimedDomEvent => timed(2);
const change = (name = ''): TimedDomEvent => timed(3, name);

function admitAll(gate: CheckoutGate, events: readonly TimedDomEvent[]): Admitted[] {
  return events.flatMap((event) => gate.admit(event));
}
/** `|4` starts a chain. */
function spell(admitted: readonly Admitted[]): string {
  return admitted.map(({ event, startsChain }) => `${startsChain ? '|' : ''}${event.type}`).join(' ');
}

describe('the checkout gate', () => {
  it('starts a chain at a Meta event with its full snapshot', () => {
    const gate = new CheckoutGate();
    expect(spell(admitAll(gate, [meta(), full(), change(), meta(), full(), change()]))).toBe('|4 2 3 |4 2 3');
  });

  it('starts none at a Meta event alone', () => {
    const gate = new CheckoutGate();
    expect(spell(admitAll(gate, [meta(), full(), meta(), meta(), change(), change()]))).toBe('|4 2 4');
    expect(spell(admitAll(gate, [full()]))).toBe('3 3 |4 2');
  });

  it('leaves what stands between Meta and its snapshot to the chain before', () => {
    const gate = new CheckoutGate();
    expect(spell(admitAll(gate, [meta(), full(), meta(), change('between'), full(), change('after')]))).toBe(
      '|4 2 3 |4 2 3',
    );
  });

  it('does not hold a Meta event for ever', () => {
    const gate = new CheckoutGate(true);
    const admitted = admitAll(gate, [meta(), ...Array.from({ length: 60 }, () => change())]);
    expect(admitted).toHaveLength(61);
    expect(admitted.some(({ startsChain }) => startsChain)).toBe(false);
  });

  it('gives a snapshot without Meta the one before, at its own time', () => {
    const gate = new CheckoutGate();
    admitAll(gate, [meta(), full()]);
    const snapshot = full();
    const [again, first] = gate.admit(snapshot);
    expect(again).toMatchObject({
      startsChain: true,
      monoMs: snapshot.monoMs,
      event: { type: 4, timestamp: snapshot.event.timestamp },
    });
    expect(first?.startsChain).toBe(false);
  });

  it('dates a written Meta event anew inside its text as well', () => {
    const gate = new CheckoutGate();
    const written = (type: number, timestamp: number): TimedDomEvent => ({
      event: { type, timestamp, json: JSON.stringify({ type, data: { width: 8 }, timestamp }) },
      monoMs: timestamp,
    });
    admitAll(gate, [written(4, 10), written(2, 11)]);
    const [again] = gate.admit(written(2, 99));
    expect(again?.event).toEqual({ type: 4, data: { width: 8 }, timestamp: 99 });
  });

  it('lets nothing in before the first snapshot, and counts that as no loss', () => {
    const gate = new CheckoutGate();
    expect(admitAll(gate, [timed(0), change(), timed(1)])).toEqual([]);
    expect(gate.takeLost()).toBe(0);
    expect(gate.isWaiting).toBe(true);
  });

  it('after a gap lets nothing in until a snapshot, and counts the changes', () => {
    const gate = new CheckoutGate(true);
    gate.wait('gap');
    expect(admitAll(gate, [change(), timed(5), change()])).toEqual([]);
    expect(gate.takeLost()).toBe(2);
    expect(gate.takeLost()).toBe(0);
    expect(spell(admitAll(gate, [meta(), full(), change()]))).toBe('|4 2 3');
    expect(gate.isWaiting).toBe(false);
  });

  it('after a gap does not pair an old Meta with a new snapshot’s changes', () => {
    const gate = new CheckoutGate(true);
    admitAll(gate, [meta(), change()]);
    gate.wait('gap');
    expect(gate.takeLost()).toBe(1);
    expect(admitAll(gate, [change()])).toEqual([]);
  });

  it('whatever comes: every chain begins with Meta and full snapshot or the snapshot alone, and no change is admitted before', () => {
    const kinds = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 'gap' as const, 'start' as const), { maxLength: 60 });
    fc.assert(
      fc.property(kinds, (sequence) => {
        const gate = new CheckoutGate();
        let admitted: Admitted[] = [];
        for (const kind of sequence) {
          if (kind !== 'gap' && kind !== 'start') {
            admitted.push(...gate.admit(timed(kind)));
            continue;
          }
          gate.wait(kind);
          check(admitted);
          admitted = [];
        }
        check(admitted);
      }),
    );
  });
});

function check(admitted: readonly Admitted[]): void {
  expect(admitted[0]?.startsChain ?? true).toBe(true);
  admitted.forEach(({ event, startsChain }, index) => {
    const next = admitted[index + 1];
    if (startsChain && event.type === 4) expect(next?.event.type).toBe(2);
    if (startsChain) expect([2, 4]).toContain(event.type);
    if (event.type === 2 && !startsChain) expect(admitted[index - 1]?.startsChain).toBe(true);
  });
}
