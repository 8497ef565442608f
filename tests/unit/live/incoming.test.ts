import { describe, expect, it } from 'vitest';
import { Incoming } from '../../../src/live/subscriber/incoming.js';
import { encodeBulk, type BulkMessage } from '../../../src/shared/protocol/live-bulk.js';
import { framesOf } from '../../../src/shared/protocol/live-frames.js';
import type { ConsoleMessage } from '../../../src/shared/protocol/live-console.js';
import { encodeDomMessage, type DomMessage } from '../../../src/shared/protocol/live-streams.js';

function incoming(): {
  incoming: Incoming;
  dom: DomMessage[];
  console: ConsoleMessage[];
  bulk: BulkMessage[];
  broken: string[];
} {
  const dom: DomMessage[] = [];
  const console: ConsoleMessage[] = [];
  const bulk: BulkMessage[] = [];
  const broken: string[] = [];
  const made = new Incoming({
    dom: (message) => dom.push(message),
    console: (message) => console.push(message),
    bulk: (message) => bulk.push(message),
    broken: ({ code }) => broken.push(code),
  });
  return { incoming: made, dom, console, bulk, broken };
}

async function settle(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { timeout: 5000 }).toBe(true);
}

describe('what the publisher sends', () => {
  it('comes out parsed and in its order, although it is inflated one after the other', async () => {
    const { incoming: side, dom } = incoming();
    const long = 'x'.repeat(200_000);
    const messages: DomMessage[] = [
      { kind: 'begin', source: 'w', originMs: 0, sessionMs: 0 },
      { kind: 'events', events: [{ type: 3, data: { text: long }, timestamp: 1 }] },
      { kind: 'pointer', x: 0.5, y: 0.5, t: 2 },
    ];
    for (const [number, message] of messages.entries()) {
      for (const frame of framesOf(number + 1, await encodeDomMessage(message))) side.receive('dom', frame);
    }
    await settle(() => dom.length === 3);
    expect(dom).toEqual(messages);
  });

  it('is handed on by its channel', () => {
    const { incoming: side, console, bulk, broken } = incoming();
    side.receive('console', '{"kind":"caught-up","fromMs":1}');
    const message = { head: { kind: 'letter', id: crypto.randomUUID() } as const, bytes: new Uint8Array([1, 2]) };
    for (const frame of framesOf(1, encodeBulk(message))) side.receive('bulk', frame);
    expect(console).toEqual([{ kind: 'caught-up', fromMs: 1 }]);
    expect(bulk).toEqual([message]);
    expect(broken).toEqual([]);
  });

  it.each([
    ['console text that is none', 'console', 'hello'],
    ['console text that is no message', 'console', '{"kind":"lines","lines":[]}'],
    ['bytes where text belongs', 'console', new Uint8Array(3)],
    ['text where bytes belong', 'dom', '{}'],
    ['a frame that is none', 'dom', new Uint8Array(3)],
    ['what is the technician’s to send', 'input', '{"kind":"point-gone"}'],
  ] as const)('ends it, once, for %s', (_what, channel, data) => {
    const { incoming: side, broken, console } = incoming();
    side.receive(channel, data);
    side.receive(channel, data);
    side.receive('console', '{"kind":"caught-up","fromMs":1}');
    expect(broken).toEqual(['live-malformed']);
    expect(console).toEqual([]);
  });

  it('ends it for a picture that inflates to something else', async () => {
    const { incoming: side, broken } = incoming();
    const bytes = await encodeDomMessage({
      kind: 'events',
      events: [{ type: 3, data: { a: 'y'.repeat(9000) }, timestamp: 1 }],
    });
    new DataView(bytes.buffer).setUint32(1, 100, true);
    for (const frame of framesOf(1, bytes)) side.receive('dom', frame);
    await settle(() => broken.length === 1);
    expect(broken).toEqual(['live-malformed']);
  });

  it('is not read any more once it was stopped', async () => {
    const { incoming: side, dom, broken } = incoming();
    const bytes = await encodeDomMessage({ kind: 'pointer', x: 0, y: 0, t: 0 });
    for (const frame of framesOf(1, bytes)) side.receive('dom', frame);
    side.stop();
    side.receive('console', 'nonsense');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([dom, broken]).toEqual([[], []]);
  });
});
