import { afterEach, describe, expect, test } from 'vitest';
import { findChromium, NO_CHROMIUM } from '../../lab/chromium.js';
import { NO_COTURN, provideCoturn, startCoturn } from '../../lab/coturn.js';
import { LabDesk } from '../../lab/lab-desk.js';
import { confirmAndTalk, LiveBrowser } from '../../lab/live-browser.js';
import {
  NatLab,
  NO_LONG_LINES,
  NO_NAMESPACES,
  provideLongLines,
  provideNamespaces,
  TURN_ADDRESS,
  type LongLine,
  type NatKind,
} from '../../lab/natlab.js';

// Two real browsers behind real NATs, a real desk and a real TURN server between them. `npm run test:nat` runs all of it; otherwise the
// networks that most people have. Where it cannot be run, that is said.

const isWhole = process.env['FLUXREC_NETWORKS'] === 'all';
const hasNamespaces = findChromium() !== undefined && provideNamespaces();
const hasTurn = hasNamespaces && provideCoturn();
const hasLongLines = isWhole && hasNamespaces && provideLongLines();
const missing = [
  ...(findChromium() === undefined ? [NO_CHROMIUM] : hasNamespaces ? [] : [NO_NAMESPACES]),
  ...(hasNamespaces && !hasTurn ? [NO_COTURN] : []),
  ...(isWhole && hasNamespaces && !hasLongLines ? [NO_LONG_LINES] : []),
];
for (const what of missing) console.warn(`\n!! ${what} Tests of live sessions in real networks are SKIPPED.\n`);

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Network {
  readonly a: NatKind;
  readonly b: NatKind;
  /** Which servers the desk names. `turn-of-others`: it does not share the desk's secret. `no-turn`: nobody is there. */
  readonly by?: 'stun' | 'turn' | 'turn-of-others' | 'no-turn';
  readonly line?: LongLine;
}

async function inNetwork({ a, b, by, line }: Network) {
  const lab = await NatLab.up(a, b, line);
  ends.push(() => {
    lab.down();
  });
  const namespace = lab.namespace('public');
  // What a firewall of a company lets out, where there is one.
  const port = a === 'udp-blocked' || b === 'udp-blocked' ? 443 : 3478;
  const turn =
    by === undefined || by === 'no-turn' ? undefined : await startCoturn({ address: TURN_ADDRESS, port, namespace });
  if (turn !== undefined) ends.push(() => turn.stop());
  const server = `${TURN_ADDRESS}:${port}`;
  const isTurn = by !== undefined && by !== 'stun';
  const desk = await LabDesk.start(namespace, {
    stun: by === undefined ? [] : [`stun:${server}`],
    turn: isTurn ? [`turn:${server}`, `turn:${server}?transport=tcp`] : [],
    secret: by === 'turn' ? (turn?.secret ?? '') : 'another-secret',
  });
  ends.push(() => desk.stop());
  const [publisher, subscriber] = await Promise.all([
    LiveBrowser.open(lab.namespace('hostA')),
    LiveBrowser.open(lab.namespace('hostB')),
  ]);
  ends.push(() => publisher.close());
  ends.push(() => subscriber.close());
  return { lab, desk, publisher, subscriber };
}

type InNetwork = Awaited<ReturnType<typeof inNetwork>>;

async function begin({ desk, publisher, subscriber }: InNetwork): Promise<void> {
  const { url, ...room } = await desk.room();
  for (const [role, side] of [
    ['publisher', publisher],
    ['subscriber', subscriber],
  ] as const) {
    const { servers, ticket } = room[role];
    await side.begin({ role, servers, pairing: { by: 'relay', url, ticket } });
  }
}

async function compare({ publisher, subscriber }: InNetwork): Promise<void> {
  const seen = await Promise.all([publisher.reach('comparing'), subscriber.reach('comparing')]);
  expect(seen.map(({ code }) => code)).toEqual([undefined, undefined]);
  expect(seen[0].words).toHaveLength(4);
  expect(seen[1].words).toEqual(seen[0].words);
}

describe.skipIf(!hasTurn)('two networks', { timeout: 180_000 }, () => {
  const direct = { a: 'cone', b: 'cone', by: 'stun' } as const;
  const relayed = { a: 'symmetric', b: 'symmetric', by: 'turn' } as const;
  test.each<[string, Network, RegExp]>([
    ['whose NATs are friendly are joined directly', direct, /^direct$/],
    ['whose NATs are not are joined by the relay, with the desk’s credentials', relayed, /^relay/],
  ])('%s', async (_what, network, route) => {
    const all = await inNetwork(network);
    await begin(all);
    await compare(all);
    expect((await confirmAndTalk(all.publisher, all.subscriber)).route).toMatch(route);
  });

  describe.skipIf(!isWhole)('of every kind', () => {
    test.each<[string, Network, RegExp]>([
      ['of which one is friendly need the relay', { a: 'cone', b: 'symmetric', by: 'turn' }, /^relay/],
      ['that could do without the relay do so', { a: 'cone', b: 'cone', by: 'turn' }, /^direct$/],
      [
        'of which one lets no UDP out need the relay over TCP',
        { a: 'udp-blocked', b: 'cone', by: 'turn' },
        /^relay tcp$/,
      ],
      ['that both let no UDP out, too', { a: 'udp-blocked', b: 'udp-blocked', by: 'turn' }, /^relay tcp$/],
    ])('%s', async (_what, network, route) => {
      const all = await inNetwork(network);
      await begin(all);
      await compare(all);
      expect((await confirmAndTalk(all.publisher, all.subscriber)).route).toMatch(route);
    });

    test.each<[string, Network, string]>([
      ['without any server say that they must be one network', { a: 'cone', b: 'cone' }, 'live-same-network-only'],
      ['with no relay say that one is needed', { a: 'symmetric', b: 'symmetric', by: 'stun' }, 'live-no-direct-way'],
      [
        'whose relay does not know the desk’s secret say so',
        { a: 'symmetric', b: 'symmetric', by: 'turn-of-others' },
        'live-relay-refused',
      ],
      [
        'whose relay does not answer say so',
        { a: 'symmetric', b: 'symmetric', by: 'no-turn' },
        'live-relay-unreachable',
      ],
    ])('%s', async (_what, network, code) => {
      const all = await inNetwork(network);
      await begin(all);
      const seen = await Promise.all([all.publisher.reach('ended', 90_000), all.subscriber.reach('ended', 90_000)]);
      expect(seen.map((side) => side.code)).toEqual([code, code]);
    });

    test.skipIf(!hasLongLines).each<[string, LongLine]>([
      ['that lose 5 % of all packets are joined', { delayMs: 0, lossPercent: 5 }],
      ['that take 300 ms each way are joined', { delayMs: 300, lossPercent: 0 }],
      ['that do both are joined', { delayMs: 300, lossPercent: 5 }],
    ])('%s', async (_what, line) => {
      for (const by of ['stun', 'turn'] as const) {
        const kind = by === 'stun' ? 'cone' : 'symmetric';
        const all = await inNetwork({ a: kind, b: kind, by, line });
        await begin(all);
        await compare(all);
        const { route } = await confirmAndTalk(all.publisher, all.subscriber);
        expect(route).toMatch(by === 'stun' ? /^direct$/ : /^relay/);
        for (const end of ends.splice(0).reverse()) await end();
      }
    });

    test('are joined by two texts that take a person most of a minute', async () => {
      const all = await inNetwork({ a: 'cone', b: 'cone', by: 'stun' });
      const { publisher, subscriber } = all;
      const { servers } = (await all.desk.room()).publisher;
      await publisher.begin({ role: 'publisher', servers, pairing: { by: 'text' } });
      await subscriber.begin({ role: 'subscriber', servers, pairing: { by: 'text' } });
      expect(await subscriber.paste(await publisher.text())).toBe('');
      const answer = await subscriber.text();
      await new Promise((resolve) => setTimeout(resolve, 45_000));
      expect(await publisher.paste(answer)).toBe('');
      await compare(all);
      expect(await confirmAndTalk(publisher, subscriber)).toEqual({ route: 'direct' });
    });
  });

  test.runIf(isWhole).each([
    ['comes back', undefined],
    ['comes back with another address', '198.51.100.3'],
  ])('of which one is lost and %s are joined again, without new words', async (_what, address) => {
    const all = await inNetwork({ a: 'cone', b: 'cone', by: 'stun' });
    const { lab, publisher, subscriber } = all;
    await begin(all);
    await compare(all);
    await confirmAndTalk(publisher, subscriber);
    await lab.cut();
    await Promise.all([publisher.reach('reconnecting', 90_000), subscriber.reach('reconnecting', 90_000)]);
    await lab.mend(address);
    const seen = await Promise.all([publisher.reach('open', 120_000), subscriber.reach('open', 120_000)]);
    expect(seen).toMatchObject([
      { phase: 'open', isResumed: true },
      { phase: 'open', isResumed: true },
    ]);
    await publisher.page.evaluate(() => liveSend('again'));
    await subscriber.page.waitForFunction(() => liveReceived().includes('again'));
  });

  test.runIf(isWhole)('paired by texts, of which one is lost for a while, keep their session', async () => {
    const all = await inNetwork({ a: 'cone', b: 'cone', by: 'stun' });
    const { lab, publisher, subscriber } = all;
    const { servers } = (await all.desk.room()).publisher;
    await publisher.begin({ role: 'publisher', servers, pairing: { by: 'text' } });
    await subscriber.begin({ role: 'subscriber', servers, pairing: { by: 'text' } });
    await subscriber.paste(await publisher.text());
    await publisher.paste(await subscriber.text());
    await compare(all);
    await confirmAndTalk(publisher, subscriber);
    await lab.cut();
    await publisher.page.evaluate(() => liveSend('late'));
    // Longer than until the browsers have given the way up.
    await new Promise((resolve) => setTimeout(resolve, 35_000));
    await lab.mend();
    await subscriber.page.waitForFunction(() => liveReceived().includes('late'), undefined, { timeout: 60_000 });
    expect((await publisher.seen()).phase).toBe('open');
  });
});
