import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../src/shared/bundle/verify.js';
import type { Draft } from '../../../src/shared/protocol/host.js';
import type { Lane } from '../../../src/shared/session/lane.js';
import type { OwnLane } from '../../../src/shared/session/own-lane.js';
import type { Bundle } from '../../../src/shared/bundle/bundle.js';
import { startApp, type AppDouble } from './app-double.js';
import { PanelDouble, sealedRow, WindowDouble } from './documents.js';

const apps: AppDouble[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});
async function start(...options: Parameters<typeof startApp>): Promise<AppDouble> {
  const app = await startApp(...options);
  apps.push(app);
  return app;
}

interface State {
  readonly recording: { readonly windows: number };
}

const log = (message: string): object => ({ type: 'log', t: 10, level: 'log', logger: 'console', message });
const dom = (type: number): object => ({ type, data: {}, timestamp: 1_700_000_000_010 });

async function bundleOf(panel: PanelDouble, draft: string, description = ''): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = (await panel.call('assembleDraft', { draft, description })).value as { bytes: number };
  const whole = new Uint8Array(bytes);
  // In small ranges, as a preview reads.
  for (let offset = 0; offset < bytes; offset += 1000) {
    whole.set((await panel.call('readDraft', { draft, offset, length: 1000 })).bytes, offset);
  }
  return whole;
}

async function messagesIn(bytes: Uint8Array<ArrayBuffer>, lane: Lane): Promise<string[]> {
  const bundle = await openBundle(bytesSource(bytes));
  const entries = bundle.manifest.entries.filter((entry) => entry.lane === lane);
  const messages: string[] = [];
  for (const entry of entries) {
    const { events } = await bundle.readLaneEvents(entry);
    for (const event of events) if ('message' in event) messages.push(event.message);
  }
  return messages;
}

async function messagesOfRecorder(bundle: Bundle): Promise<string[]> {
  const texts: string[] = [];
  for (const entry of bundle.manifest.entries.filter(({ lane }) => lane === 'recorder')) {
    for (const event of (await bundle.readLaneEvents(entry)).events) if ('text' in event) texts.push(event.text);
  }
  return texts;
}

describe('a draft', () => {
  it('has the app’s own lanes, those of the host too, and a window that makes up hundreds breaks nothing', async () => {
    const app = await start();
    app.host.lane('ledger').record('booked', { data: { orders: 3 } });
    app.host.lane('Not a name').record('lost');
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const lanes = Array.from({ length: 100 }, (_, at): OwnLane => `app-lane-${at}`);
    const answered = window.handOver(
      lanes.map((lane, chain) => window.row(lane, chain, [{ type: lane, t: 10, text: 'here' }])),
    );
    const { id } = await panel.createDraft();
    await answered;
    const draft = await panel.readyDraft(id);
    expect(draft.notes).toEqual([expect.stringContaining('larger than a draft may be')]);
    expect(draft.available.lanes.map(({ lane }) => lane)).toContain('app-ledger');

    const file = await bundleOf(panel, id);
    expect(await verifyBundle(bytesSource(file))).toEqual([]);
    const bundle = await openBundle(bytesSource(file));
    const ledger = bundle.manifest.entries.find(({ lane }) => lane === 'app-ledger');
    if (ledger === undefined) throw new Error('no lane');
    expect((await bundle.readLaneEvents(ledger)).events).toMatchObject([{ text: 'booked', data: { orders: 3 } }]);
    const notes = await messagesOfRecorder(bundle);
    expect(notes.filter((text) => text.includes('“Not a name”'))).toHaveLength(1);

    // One of them alone.
    const { startMs, endMs } = draft.available;
    await panel.call('selectDraft', { draft: id, startMs, endMs, lanes: ['app-ledger'] });
    expect((await openBundle(bytesSource(await bundleOf(panel, id)))).manifest.lanes).toEqual(['app-ledger']);
  });

  it('holds two windows, the host’s own log and what a killed window left, and is a sound bundle', async () => {
    const app = await start();
    app.host.log('warn', 'from the host', { a: 1 });
    const killed = await WindowDouble.open(app.origin);
    killed.channel.close();
    const [one, two] = [await WindowDouble.open(app.origin), await WindowDouble.open(app.origin)];
    const panel = await PanelDouble.open(app.host.panelUrl);
    const answers = Promise.all([
      one.handOver([one.row('log', 0, [log('from one')]), one.row('dom', 0, [dom(4), dom(2)])]),
      two.handOver(
        [two.row('log', 0, [log('from two')]), sealedRow(killed.hello, 'log', 0, [log('from the killed one')])],
        [killed.hello.source],
      ),
    ]);
    const draft = await panel.createDraft();
    expect(draft).toMatchObject({ status: 'collecting', asked: 2, notes: [] });
    await answers;
    const ready = await panel.readyDraft(draft.id);
    expect(ready).toMatchObject({ status: 'ready', asked: 2, answered: 2, notes: [] });

    const bytes = await bundleOf(panel, draft.id, 'It failed when I pressed Sync.');
    expect(await verifyBundle(bytesSource(bytes))).toEqual([]);
    expect((await messagesIn(bytes, 'log')).sort()).toEqual([
      'from one',
      expect.stringContaining('from the host'),
      'from the killed one',
      'from two',
    ]);
    const { manifest } = await openBundle(bytesSource(bytes));
    expect(manifest.description).toBe('It failed when I pressed Sync.');
    expect(manifest.session.app).toEqual({ name: 'Double', version: '1.2.3' });
    expect(manifest.sources.map(({ id }) => id).sort()).toEqual(
      ['host-1', killed.hello.source, one.hello.source, two.hello.source].sort(),
    );
    expect(JSON.stringify(manifest)).not.toContain('apability');
  });

  it('says the exact size of what would be sent, and the same bytes again as long as nothing changes', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const answering = window.handOver([window.row('log', 0, [log('a')]), window.row('network', 0, [{ x: 1 }])]);
    const { id } = await panel.createDraft();
    await answering;
    const ready = await panel.readyDraft(id);
    const bytes = await bundleOf(panel, id);
    expect(bytes.length).toBe(ready.selection.totalBytes);
    expect(await bundleOf(panel, id)).toEqual(bytes);

    const { startMs, endMs } = ready.selection;
    const selected = (await panel.call('selectDraft', { draft: id, startMs, endMs, lanes: ['log'] })).value as {
      draft: Draft;
    };
    expect(selected.draft.selection.lanes.map(({ lane }) => lane)).toEqual(['log']);
    const fewer = await bundleOf(panel, id);
    expect(fewer.length).toBe(selected.draft.selection.totalBytes);
    expect((await openBundle(bytesSource(fewer))).manifest.lanes).toEqual(['log']);
  });

  it('keeps a dom chain from its full snapshot on, whatever stretch is chosen', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const at = (startMonoMs: number, endMonoMs: number): object => ({ startMonoMs, endMonoMs });
    const answering = window.handOver([
      window.row('dom', 0, [dom(4), dom(2)], at(1000, 2000)),
      window.row('dom', 1, [dom(4), dom(2)], at(3000, 4000)),
      window.row('dom', 1, [dom(3)], { ...at(4100, 5000), sequence: 1 }),
      window.row('dom', 1, [dom(3)], { ...at(5100, 6000), sequence: 2 }),
    ]);
    const { id } = await panel.createDraft();
    await answering;
    await panel.readyDraft(id);
    // The window's monotonic 5 ms were `sessionMs` when it said hello.
    const toSession = (mono: number): number => window.hello.sessionMs + mono - 5;
    const choose = async (from: number, to: number): Promise<number[]> => {
      await panel.call('selectDraft', { draft: id, startMs: toSession(from), endMs: toSession(to), lanes: ['dom'] });
      const { manifest } = await openBundle(bytesSource(await bundleOf(panel, id)));
      return manifest.entries.map(({ startMs }) => Math.round(startMs - toSession(0)));
    };
    const near = (expected: number[], actual: number[]): void => {
      expect(actual.length).toBe(expected.length);
      for (const [index, value] of expected.entries()) expect(Math.abs((actual[index] ?? 0) - value)).toBeLessThan(300);
    };
    near([3000, 4100], await choose(4400, 4600));
    // The page stood still after that: what it showed then is still what the last chain built.
    near([3000, 4100, 5100], await choose(20_000, 30_000));
  });

  it('leaves out damaged rows and says how many; a window that fails is named', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const { id } = await panel.createDraft();
    const { handOver } = (await window.channel.waitFor('handOver')) as { handOver: string };
    const good = window.row('log', 0, [log('good')]);
    const flipped = window.row('log', 1, [log('flipped')]);
    flipped.stored[3] = (flipped.stored[3] ?? 0) ^ 1;
    const rows = [
      good,
      flipped,
      window.row('log', 2, [log('wrong plain hash')], { sha256: '0'.repeat(64) }),
      window.row('log', 3, [log('wrong crc')], { crc32: 1 }),
      window.row('log', 4, [log('wrong size')], { bytes: 5 }),
      window.row('log', 5, [log('from the future')], { endMonoMs: 1e12 }),
    ];
    await window.giveRows(handOver, rows);
    await window.giveRows(handOver, [good]);
    await window.call('handedOver', { handOver, dead: [], error: { code: 'x', message: 'The storage failed.' } });
    const ready = await panel.readyDraft(id);
    expect(ready.notes).toEqual([
      'The window “A window” could not hand over all that it recorded.',
      '5 pieces of the recording were damaged and are left out.',
    ]);
    expect(await messagesIn(await bundleOf(panel, id), 'log')).toEqual(['good']);
    await expect(window.giveRows(handOver, [window.row('log', 9, [log('late')])])).rejects.toThrow('hand-over-closed');
  });

  it('does not wait for ever for a window that says nothing', { timeout: 20_000 }, async () => {
    const app = await start();
    const silent = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const startedMs = Date.now();
    const { id } = await panel.createDraft();
    const ready = await panel.readyDraft(id);
    expect(Date.now() - startedMs).toBeGreaterThan(9000);
    expect(ready.notes[0]).toContain('did not answer');
    expect(ready.answered).toBe(1);
    silent.channel.close();
  });

  it('asks a window again that comes back while it is being gathered, and counts its rows once', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const { id } = await panel.createDraft();
    const { handOver } = (await window.channel.waitFor('handOver')) as { handOver: string };
    const row = window.row('log', 0, [log('once')]);
    await window.giveRows(handOver, [row]);
    window.channel.close();
    await window.connect();
    await window.handOver([row]);
    await panel.readyDraft(id);
    expect(await messagesIn(await bundleOf(panel, id), 'log')).toEqual(['once']);
  });

  it('is made of the host’s own lanes where no window is open, and says so', async () => {
    const app = await start();
    app.host.log('error', 'alone');
    const panel = await PanelDouble.open(app.host.panelUrl);
    const { id } = await panel.createDraft();
    const ready = await panel.readyDraft(id);
    expect(ready.notes[0]).toContain('No window');
    expect(await messagesIn(await bundleOf(panel, id), 'log')).toEqual(['alone']);
  });

  it('refuses in words: not ready, nothing chosen, not there', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const { id } = await panel.createDraft();
    const choice = { draft: id, startMs: 0, endMs: 1, lanes: ['log'] };
    await expect(panel.call('selectDraft', choice)).rejects.toThrow('draft-not-ready');
    await expect(panel.call('assembleDraft', { draft: id, description: '' })).rejects.toThrow('draft-not-ready');
    await expect(panel.call('readDraft', { draft: id, offset: 0, length: 1 })).rejects.toThrow('draft-not-ready');
    await window.handOver([]);
    await panel.readyDraft(id);
    await panel.call('selectDraft', { ...choice, lanes: [] });
    await expect(panel.call('assembleDraft', { draft: id, description: '' })).rejects.toThrow('draft-empty');
    await expect(panel.call('sendDraft', { draft: id, description: '', consent: true })).rejects.toThrow('draft-empty');
    await panel.call('discardDraft', { draft: id });
    await expect(panel.call('getDraft', { draft: id })).rejects.toThrow('no-such-draft');
    expect(await readdir(join(app.dir, 'data/drafts'))).toEqual([]);
  });

  it('does not pile up, and does not outlive the host', async () => {
    const app = await start();
    const panel = await PanelDouble.open(app.host.panelUrl);
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.push((await panel.createDraft()).id);
    expect((await readdir(join(app.dir, 'data/drafts'))).sort()).toEqual(ids.slice(-3).sort());
    await app.restart();
    expect(await readdir(join(app.dir, 'data/drafts'))).toEqual([]);
  });
});

describe('a pause', () => {
  it('reaches every window, also one that was away, and outlives the host', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    await panel.call('setPaused', { paused: true });
    await window.channel.waitFor('setPaused', (data) => (data as { paused: boolean }).paused);
    app.host.log('log', 'while paused');
    await app.restart();
    const later = await WindowDouble.open(app.origin);
    expect(later.hello.paused).toBe(true);
    await window.connect();
    expect(await window.channel.waitFor('setPaused')).toEqual({ paused: true });
    const again = await PanelDouble.open(app.host.panelUrl);
    expect((await again.call('state', {})).value).toMatchObject({ recording: { state: 'paused' } });
    await again.call('setPaused', { paused: false });
    const answers = Promise.all([window.handOver([]), later.handOver([])]);
    const { id } = await again.createDraft();
    await answers;
    const ready = await again.readyDraft(id);
    expect(ready.available.lanes.map(({ lane }) => lane)).not.toContain('log');
  });
});

describe('a wipe', () => {
  it('erases the host’s lanes and drafts, waits for the windows, and lets nothing from before be sent', async () => {
    const app = await start();
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    app.host.log('error', 'before the wipe');
    const first = window.handOver([window.row('log', 0, [log('window before')])]);
    const { id } = await panel.createDraft();
    await first;
    await panel.readyDraft(id);
    const wiping = panel.call('wipe', {});
    const { wipe } = (await window.channel.waitFor('wipe')) as { wipe: string };
    await window.call('wiped', { wipe });
    expect((await wiping).value).toEqual({ windows: 1, failed: 0 });
    await expect(panel.call('getDraft', { draft: id })).rejects.toThrow('no-such-draft');

    window.channel.events.length = 0;
    const second = window.handOver([window.row('log', 0, [log('window before')])]);
    const later = (await panel.createDraft()).id;
    await second;
    const ready = await panel.readyDraft(later);
    expect(ready.available.lanes.map(({ lane }) => lane)).not.toContain('log');
  });

  it('that a window did not hear of stays owed, over a restart, until a window has erased', async () => {
    const app = await start();
    const panel = await PanelDouble.open(app.host.panelUrl);
    expect((await panel.call('wipe', {})).value).toEqual({ windows: 0, failed: 0 });
    await app.restart();
    const window = await WindowDouble.open(app.origin);
    const { wipe } = (await window.channel.waitFor('wipe')) as { wipe: string };
    await window.call('wiped', { wipe, error: { code: 'x', message: 'It failed.' } });
    window.channel.close();
    await expect
      .poll(
        async () =>
          ((await (await PanelDouble.open(app.host.panelUrl)).call('state', {})).value as State).recording.windows,
      )
      .toBe(0);
    const next = await WindowDouble.open(app.origin);
    const again = (await next.channel.waitFor('wipe')) as { wipe: string };
    await next.call('wiped', { wipe: again.wipe });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const third = await WindowDouble.open(app.origin);
    await third.channel.waitFor('setPaused');
    expect(third.channel.events.map(({ event }) => event)).not.toContain('wipe');
  });
});
