import { afterEach, describe, expect, it } from 'vitest';
import { EventLines } from '../../../../src/recorder/ring/event-lines.js';
import { writtenInPage } from '../../../../src/recorder/ring/ring-event.js';

const event = { type: 3, data: { source: 0, texts: [{ id: 7, value: 'Gryphon77 is here' }] }, timestamp: 12.5 };
const decoder = new TextDecoder();
const linesOf = (lines: EventLines): unknown[] =>
  lines
    .write([writtenInPage(structuredClone(event))])
    .map((line) => line && (JSON.parse(decoder.decode(line)) as unknown));

describe('an event written in the page', () => {
  afterEach(() => {
    Reflect.deleteProperty(Array.prototype, 'toJSON');
  });

  it('becomes the line that the event is', () => {
    expect(writtenInPage(event)).toEqual({ type: 3, timestamp: 12.5, json: JSON.stringify(event) });
    expect(linesOf(new EventLines())).toEqual([event]);
  });

  it('is scrubbed as any other', () => {
    const lines = new EventLines();
    lines.mask([{ value: 'Gryphon77', kind: 'field' }]);
    expect(JSON.stringify(linesOf(lines))).not.toContain('Gryphon77');
    expect(linesOf(lines)).toMatchObject([{ type: 3, data: { texts: [{ id: 7 }] } }]);
  });

  it('is left to the worker where a library changes what JSON becomes of an array', () => {
    Object.defineProperty(Array.prototype, 'toJSON', { configurable: true, value: () => 'not an array' });
    expect(JSON.stringify([1])).toBe('"not an array"');
    expect(writtenInPage(event)).toBe(event);
  });

  it('is left to the worker when it cannot be written', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const odd = { type: 3, data: cyclic, timestamp: 1 };
    expect(writtenInPage(odd)).toBe(odd);
  });
});
