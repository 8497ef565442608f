import { afterEach, describe, expect, it } from 'vitest';
import {
  appendDom,
  appendLog,
  closeWindows,
  eventually,
  handOver,
  linesOf,
  log,
  meta,
  mutation,
  newSession,
  openWindow,
  settled,
  snapshot,
} from './rings.js';

afterEach(closeWindows);

/** The browser frees the locks of a terminated worker a moment later; until then its source counts as living. */
async function handOverOfDead(from: Parameters<typeof handOver>[0], dead: number): ReturnType<typeof handOver> {
  let handed = await handOver(from);
  await eventually(async () => {
    if (handed.dead.length < dead) handed = await handOver(from);
    return handed.dead.length >= dead;
  });
  return handed;
}

describe('a window that is killed in the middle of a segment', () => {
  it('is spoken for by another one, up to its last append', async () => {
    const session = newSession();
    const a = openWindow(session);
    const b = openWindow(session);
    a.ring.anchor({ monoMs: 0.5, sessionMs: 100.5, wallMs: performance.timeOrigin, uncertaintyMs: 1 });
    appendDom(a, [meta(1), snapshot(2)]);
    await settled(a.ring);
    appendDom(a, [mutation(3, 'last')]);
    for (let index = 0; index < 3; index++) appendLog(a, `line ${index}`, index);
    await settled(a.ring);
    a.kill();
    const { rows, dead } = await handOverOfDead(b, 1);
    expect(dead).toEqual([a.source]);
    expect(linesOf(rows, 'dom')).toEqual([meta(1), snapshot(2), mutation(3, 'last')]);
    expect(linesOf(rows, 'log')).toHaveLength(3);
    expect(rows.find(({ segment }) => segment.lane === 'dom')?.segment).toMatchObject({
      source: a.source,
      chain: 0,
      sequence: 0,
      checkout: true,
      events: 3,
      startMonoMs: 1,
      endMonoMs: 3,
    });
  });

  it('is not spoken for while it lives', async () => {
    const session = newSession();
    const a = openWindow(session);
    const b = openWindow(session);
    appendLog(a, 'mine');
    await settled(a.ring);
    expect(await handOver(b)).toMatchObject({ rows: [], dead: [] });
  });

  it('is spoken for by one window only', async () => {
    const session = newSession();
    const gone = openWindow(session);
    appendLog(gone, 'of the dead');
    await settled(gone.ring);
    const living = [openWindow(session), openWindow(session), openWindow(session)];
    for (const window of living) appendLog(window, 'of the living');
    gone.kill();
    await handOverOfDead(living[0] as (typeof living)[0], 1);
    const request = { handOver: crypto.randomUUID() };
    const handed = await Promise.all(living.map((window) => handOver(window, request)));
    expect(handed.filter(({ dead }) => dead.length > 0)).toHaveLength(1);
    expect(handed.flatMap(({ rows }) => rows.map(({ segment }) => segment.source)).sort()).toEqual(
      [gone, ...living].map(({ source }) => source).sort(),
    );
  });

  it('belongs to its own session: another one does not hand it over', async () => {
    const a = openWindow(newSession());
    appendLog(a, 'before');
    await settled(a.ring);
    a.kill();
    const b = openWindow(newSession());
    appendLog(b, 'after');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { rows, dead } = await handOver(b);
    expect(dead).toEqual([]);
    expect(linesOf(rows, 'log')).toHaveLength(1);
  });

  it('counts in the totals of one of the others', async () => {
    const session = newSession();
    const a = openWindow(session);
    appendLog(a, 'one', 5);
    await settled(a.ring);
    const b = openWindow(session);
    const c = openWindow(session);
    appendLog(b, 'two', 50);
    appendLog(c, 'three', 60);
    a.kill();
    const sum = async (): Promise<number> => {
      const totals = await Promise.all([b, c].map(({ ring }) => ring.totals()));
      return totals.flatMap(({ lanes }) => lanes).reduce((all, { events }) => all + events, 0);
    };
    await eventually(async () => (await sum()) === 3, 15_000);
  });
});

describe('a worker that dies', () => {
  it('is replaced once; nothing is lost and nothing written twice', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(1), snapshot(2)]);
    appendLog(a, 'stored', 3);
    await settled(a.ring);
    appendLog(a, 'on its way', 4);
    a.workers[0]?.dispatchEvent(new ErrorEvent('error', { cancelable: true }));
    appendLog(a, 'after', 5);
    appendDom(a, [mutation(6, 'after')]);
    expect(a.workers).toHaveLength(2);
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'log').map((line) => (line as { message: string }).message)).toEqual([
      'stored',
      'on its way',
      'after',
    ]);
    expect(linesOf(rows, 'dom')).toEqual([meta(1), snapshot(2), mutation(6, 'after')]);
    expect(await a.ring.totals()).toMatchObject({ dropped: 0 });
    expect(a.failures).toEqual([]);
  });

  it('and had stored more than it could say: what is sent again is not written again', async () => {
    let isFirst = true;
    const a = openWindow(newSession(), {}, undefined, (url) => {
      const worker = new Worker(url, { type: 'module' });
      if (isFirst) keepFromSayingStored(worker);
      isFirst = false;
      return worker;
    });
    appendDom(a, [meta(1), snapshot(2)]);
    appendLog(a, 'one', 3);
    await settled(a.ring);
    appendLog(a, 'two', 4);
    await settled(a.ring);
    a.workers[0]?.dispatchEvent(new ErrorEvent('error', { cancelable: true }));
    appendLog(a, 'three', 5);
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'dom')).toHaveLength(2);
    expect(linesOf(rows, 'log')).toMatchObject([{ message: 'one' }, { message: 'two' }, { message: 'three' }]);
  });

  it('and hung before: a bounded number of events waits, the rest is counted, and dom goes on with a full snapshot', async () => {
    let isFirst = true;
    const a = openWindow(newSession(), {}, undefined, (url) => {
      const idle = URL.createObjectURL(new Blob([''], { type: 'text/javascript' }));
      const worker = new Worker(isFirst ? idle : url, { type: 'module' });
      isFirst = false;
      return worker;
    });
    appendDom(a, [meta(0), snapshot(1)]);
    for (let index = 0; index < 150; index++) appendDom(a, [mutation(2 + index, `change ${index}`)]);
    a.ring.append([{ lane: 'log', events: [log('urgent', 1)], monoMs: [1] }], [], true);
    a.workers[0]?.dispatchEvent(new ErrorEvent('error', { cancelable: true }));
    appendDom(a, [mutation(200, 'nobody knows what came before')]);
    await eventually(() => a.checkoutsWanted > 0);
    appendDom(a, [meta(300), snapshot(301)]);
    const { rows } = await handOver(a);
    // 120 batches wait: the snapshot and 119 changes. 31 did not fit, and the one after them could not be replayed.
    expect(linesOf(rows, 'dom')).toHaveLength(2 + 119 + 2);
    expect(linesOf(rows, 'log')).toHaveLength(1);
    expect((await a.ring.totals()).dropped).toBe(32);
  });

  it('and dies again ends the recording, says so and counts what is lost; wiping still works', async () => {
    const session = newSession();
    const a = openWindow(session);
    appendLog(a, 'stored');
    await settled(a.ring);
    for (const index of [0, 1]) a.workers[index]?.dispatchEvent(new ErrorEvent('error', { cancelable: true }));
    expect(a.failures).toEqual(['ring-worker-died']);
    appendLog(a, 'lost');
    expect(await a.ring.totals()).toMatchObject({ dropped: 1, failure: { code: 'ring-worker-died' } });
    await a.ring.wipe();
    const b = openWindow(session);
    expect((await handOver(b)).rows).toEqual([]);
  });

  it('cannot be started at all: nothing is thrown, everything is counted', async () => {
    const { openRing } = await import('../../../src/recorder/ring/ring.js');
    const settings = { maxAgeMs: 1000, maxBytes: 1000 };
    const ring = openRing({ session: newSession(), source: 'w-none', originMs: 0, settings }, () => {
      throw new DOMException('blocked', 'SecurityError');
    });
    const failures: string[] = [];
    ring.onFailure(({ code }) => failures.push(code));
    ring.append(
      [{ lane: 'log', events: [{ type: 'log', t: 0, level: 'log', logger: 'x', message: 'm' }], monoMs: [0] }],
      [],
      false,
    );
    expect(failures).toEqual(['ring-worker-died']);
    expect(await ring.totals()).toMatchObject({ lanes: [], dropped: 1 });
    await expect(ring.wipe()).rejects.toMatchObject({ code: 'ring-worker-died' });
    await ring.close();
  });
});

/** A worker whose word that something is stored never arrives. */
function keepFromSayingStored(worker: Worker): void {
  Object.defineProperty(worker, 'onmessage', {
    set: (listener: (event: MessageEvent) => void) => {
      worker.addEventListener('message', (event: MessageEvent<{ kind: string }>) => {
        if (event.data.kind !== 'stored') listener(event);
      });
    },
  });
}

describe('a window without a database', () => {
  it('records into memory, says so, hands over as often as asked, and wipes', async () => {
    const a = openWindow(newSession(), {}, undefined, workerWithoutDatabase);
    appendDom(a, [meta(1), snapshot(2)]);
    appendLog(a, 'kept', 3);
    for (let index = 0; index < 2; index++) {
      const { rows, dead } = await handOver(a);
      expect(dead).toEqual([]);
      expect(linesOf(rows, 'dom')).toEqual([meta(1), snapshot(2)]);
      expect(linesOf(rows, 'log')).toMatchObject([{ message: 'kept' }]);
    }
    expect(a.failures).toEqual(['ring-memory-only']);
    expect(await a.ring.totals()).toMatchObject({ dropped: 0, failure: { code: 'ring-memory-only' } });
    await a.ring.wipe();
    expect((await handOver(a)).rows).toEqual([]);
  });

  it('keeps to its limits', async () => {
    const a = openWindow(newSession(), { maxBytes: 100_000 }, undefined, workerWithoutDatabase);
    const noise = (): string => crypto.getRandomValues(new Uint8Array(9000)).join(' ');
    for (let index = 0; index < 20; index++) appendLog(a, noise(), index);
    await handOver(a);
    await eventually(async () => {
      const [log] = (await a.ring.totals()).lanes;
      return log !== undefined && log.storedBytes <= 100_000;
    }, 12_000);
  });
});

/** A ring worker in a browser that has no IndexedDB. */
function workerWithoutDatabase(url: URL): Worker {
  const script = (text: string): string => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const without = script("Object.defineProperty(self, 'indexedDB', { value: undefined });");
  return new Worker(script(`import '${without}';\nimport '${url.href}';`), { type: 'module' });
}

describe('retention', () => {
  it('by time drops whole chains that nothing needs any more', async () => {
    const now = performance.now();
    const a = openWindow(newSession(), { maxAgeMs: 60_000 });
    appendLog(a, 'old', now - 120_000);
    appendLog(a, 'young', now - 1000);
    appendDom(a, [meta(now - 200_000), snapshot(now - 200_000), mutation(now - 190_000, 'a')]);
    appendDom(a, [meta(now - 100_000), snapshot(now - 100_000), mutation(now - 99_000, 'b')]);
    appendDom(a, [meta(now - 30_000), snapshot(now - 30_000)]);
    await handOver(a);
    // The middle chain shows the page from 100 to 30 s ago: the first half of the last minute is made of it.
    await eventually(async () => (await handOver(a)).rows.length === 3, 15_000);
    const { rows } = await handOver(a);
    expect(rows.map(({ segment: { lane, chain } }) => `${lane} ${chain}`)).toEqual(['dom 1', 'dom 2', 'log 1']);
    const totals = await a.ring.totals();
    expect(totals.lanes.find(({ lane }) => lane === 'log')?.events).toBe(1);
    expect(totals.oldestMs).toBeCloseTo(now - 100_000, 0);
  });

  it('by bytes is over all windows, and keeps the youngest', async () => {
    const session = newSession();
    const settings = { maxBytes: 200_000 };
    const a = openWindow(session, settings);
    const b = openWindow(session, settings);
    const noise = (): string => crypto.getRandomValues(new Uint8Array(9000)).join(' ');
    for (let index = 0; index < 30; index++) {
      const window = index % 2 === 0 ? a : b;
      appendLog(window, noise(), index * 1000);
      await settled(window.ring);
    }
    const all = async (): ReturnType<typeof handOver> => {
      const [ofA, ofB] = await Promise.all([handOver(a), handOver(b)]);
      return { ...ofA, rows: [...ofA.rows, ...ofB.rows] };
    };
    const before = await all();
    const bytes = (rows: typeof before.rows): number => rows.reduce((sum, { segment }) => sum + segment.storedBytes, 0);
    expect(bytes(before.rows)).toBeGreaterThan(200_000);
    await eventually(async () => bytes((await all()).rows) <= 200_000, 15_000);
    const { rows } = await all();
    expect(rows.length).toBeGreaterThan(3);
    // The last of each window is there; from the first of them something had to go.
    const times = rows.map(({ segment }) => segment.endMonoMs);
    expect(times).toEqual(expect.arrayContaining([28_000, 29_000]));
    expect(times).not.toContain(0);
    // Both windows know what is left of theirs, whichever of them dropped it.
    const totals = await Promise.all([a, b].map(({ ring }) => ring.totals()));
    const counted = totals.flatMap(({ lanes }) => lanes).reduce((sum, { storedBytes }) => sum + storedBytes, 0);
    expect(counted).toBe(bytes(rows));
  });

  it('asks its own window for a full snapshot when its open chain alone is too large', async () => {
    const a = openWindow(newSession(), { maxBytes: 50_000 });
    const noise = (): string => crypto.getRandomValues(new Uint8Array(20_000)).join(' ');
    appendDom(a, [meta(0), snapshot(1), mutation(5100, noise()), mutation(10_200, noise())]);
    await handOver(a);
    await eventually(() => a.checkoutsWanted > 0, 12_000);
  });

  it('asks for a full snapshot when the open chain alone is too large, of the window that has it', async () => {
    const session = newSession();
    const keeper = openWindow(session, { maxBytes: 50_000 });
    await settled(keeper.ring);
    appendLog(keeper, 'first', 1);
    await settled(keeper.ring);
    const a = openWindow(session, { maxBytes: 50_000 });
    const noise = (): string => crypto.getRandomValues(new Uint8Array(20_000)).join(' ');
    appendDom(a, [meta(0), snapshot(1), mutation(5100, noise()), mutation(10_200, noise())]);
    await handOver(a);
    await eventually(() => a.checkoutsWanted > 0, 15_000);
    appendDom(a, [meta(15_000), snapshot(15_001)]);
    await eventually(async () => (await handOver(a)).rows.every(({ segment }) => segment.chain === 1), 15_000);
    expect(linesOf((await handOver(a)).rows, 'dom')).toEqual([meta(15_000), snapshot(15_001)]);
    expect(keeper.checkoutsWanted).toBe(0);
  });

  it('takes away what earlier sessions left when it is too old', async () => {
    const old = openWindow(newSession());
    old.ring.anchor({ monoMs: 0, sessionMs: 0, wallMs: Date.now() - 3_600_000, uncertaintyMs: 1 });
    appendLog(old, 'an hour ago', 1);
    await old.ring.close();
    old.kill();
    const young = openWindow(newSession(), { maxAgeMs: 60_000 });
    appendLog(young, 'now');
    await eventually(async () => (await rowsOf(old.source)) === 0, 15_000);
    expect(await rowsOf(young.source)).toBe(1);
  });
});

/** Segments and sources of a source, straight from the database. */
async function rowsOf(source: string): Promise<number> {
  const { DexieStore } = await import('../../../src/recorder/ring/store.js');
  const store = await DexieStore.open();
  const segments = await store.segments(source);
  const row = await store.source(source);
  store.close();
  return segments.length + (row === undefined ? 0 : 1);
}

describe('a wipe', () => {
  it('is not undone by a window that is sealing what a dead one left', async () => {
    const { DexieStore } = await import('../../../src/recorder/ring/store.js');
    const { seal } = await import('../../../src/shared/bundle/seal.js');
    const store = await DexieStore.open();
    const key = { source: 'w-left', lane: 'log' as const, chain: 0, sequence: 0 };
    const row = { source: 'w-left', session: 's', originMs: 0, anchors: [], batch: 1, last: {}, unsealed: [] };
    const times = { startMonoMs: 0, endMonoMs: 1, startWallMs: 0, endWallMs: 1 };
    const sealed = await seal({ session: 's', ...key, ...times, events: 1 }, new TextEncoder().encode('{}\n'));
    await store.putSource(row);
    await store.seal(row, sealed, 'left');
    expect(await store.segments('w-left')).toHaveLength(1);
    await store.erase(['w-left']);
    await store.seal(row, sealed, 'left');
    expect(await store.segments('w-left')).toEqual([]);
    expect(await store.payload(key)).toBeUndefined();
    store.close();
  });

  it('erases this window and the dead, not the other living ones', async () => {
    const session = newSession();
    const gone = openWindow(session);
    const a = openWindow(session);
    const b = openWindow(session);
    for (const window of [gone, a, b]) appendLog(window, 'content');
    for (const { ring } of [gone, a, b]) await settled(ring);
    gone.kill();
    await handOverOfDead(b, 1);
    await a.ring.wipe();
    expect(await handOver(a)).toMatchObject({ rows: [], dead: [] });
    expect(linesOf((await handOver(b)).rows, 'log')).toHaveLength(1);
  });

  it('takes what is on its way with it, and the numbers of chains go on', async () => {
    const a = openWindow(newSession());
    appendDom(a, [meta(1), snapshot(2)]);
    await handOver(a);
    for (let index = 0; index < 20; index++) appendLog(a, 'before', index);
    const wiped = a.ring.wipe();
    appendDom(a, [mutation(3, 'no snapshot'), meta(4), snapshot(5)]);
    appendLog(a, 'after', 100);
    await wiped;
    const { rows } = await handOver(a);
    expect(linesOf(rows, 'dom')).toEqual([meta(4), snapshot(5)]);
    expect(linesOf(rows, 'log')).toMatchObject([{ message: 'after' }]);
    expect(rows.find(({ segment }) => segment.lane === 'dom')?.segment.chain).toBe(1);
    expect(await a.ring.totals()).toMatchObject({ dropped: 0 });
  });
});
