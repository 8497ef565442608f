import { afterEach, describe, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveLetter } from '../../../src/live/publisher/publish.js';
import { confirmAndTalk, LiveBrowser } from '../../lab/live-browser.js';
import { findChromium } from '../../lab/chromium.js';
import { freshDesk } from '../desk/desk-in-folder.js';

// Two real browsers, a process each, for each way of pairing.

const browsers: LiveBrowser[] = [];
afterEach(async () => {
  await Promise.all(browsers.splice(0).map((browser) => browser.close()));
});

async function twoBrowsers(): Promise<[LiveBrowser, LiveBrowser]> {
  const opened = await Promise.all([LiveBrowser.open(), LiveBrowser.open()]);
  browsers.push(...opened);
  return opened;
}

async function compare(publisher: LiveBrowser, subscriber: LiveBrowser): Promise<void> {
  const [one, two] = await Promise.all([publisher.reach('comparing'), subscriber.reach('comparing')]);
  expect([one.code, two.code]).toEqual([undefined, undefined]);
  expect(one.words).toHaveLength(4);
  expect(two.words).toEqual(one.words);
}

describe.skipIf(findChromium() === undefined)('two browsers', () => {
  test('pair by a code that the customer reads out', async () => {
    const desk = await freshDesk();
    const { body: room } = await desk.post<{ code: string; ticket: string }>('/api/live/rooms', {});
    const [publisher, subscriber] = await twoBrowsers();
    const url = `${desk.url.replace('http', 'ws')}/api/live/socket`;
    await publisher.begin({ role: 'publisher', servers: [], pairing: { by: 'relay', url, ticket: room.ticket } });
    expect((await publisher.seen()).phase).toBe('waiting');
    const { body: joined } = await desk.post<{ ticket: string }>(
      '/api/live/join',
      { code: room.code },
      { cookie: await desk.cookie() },
    );
    await subscriber.begin({ role: 'subscriber', servers: [], pairing: { by: 'relay', url, ticket: joined.ticket } });
    await compare(publisher, subscriber);
    expect(await confirmAndTalk(publisher, subscriber)).toEqual({ route: 'direct' });
    await publisher.page.evaluate(() => liveEnd());
    expect((await subscriber.reach('ended')).code).toBe('live-ended');
  });

  test('pair by letters, and show who it is by their key', async () => {
    const [publisher, subscriber] = await twoBrowsers();
    const carry = (to: LiveBrowser) => async (letter: LiveLetter) => {
      await to.page.evaluate((given) => {
        liveDeliver(given);
      }, letter);
    };
    await publisher.page.exposeFunction('liveCarry', carry(subscriber));
    await subscriber.page.exposeFunction('liveCarry', carry(publisher));
    const pairing = { by: 'letters', invitation: randomUUID() } as const;
    await subscriber.begin({ role: 'subscriber', servers: [], pairing });
    await publisher.begin({ role: 'publisher', servers: [], pairing });
    await compare(publisher, subscriber);
    expect((await publisher.seen()).verifiedName).toBe('known technician');
    expect((await subscriber.seen()).verifiedName).toBe('known install');
    await confirmAndTalk(publisher, subscriber);
  });

  // Chromium gives an attempt up after 15 s; a person takes longer.
  test('pair by two texts, minutes or half a minute apart', { timeout: 90_000 }, async () => {
    const [publisher, subscriber] = await twoBrowsers();
    await publisher.begin({ role: 'publisher', servers: [], pairing: { by: 'text' } });
    await subscriber.begin({ role: 'subscriber', servers: [], pairing: { by: 'text' } });
    const offer = await publisher.text();
    expect(offer.length).toBeLessThanOrEqual(160);
    expect(await subscriber.paste(offer.slice(0, -4))).toBe('pairing-incomplete');
    expect(await subscriber.paste(`${offer.slice(0, 3)}x${offer.slice(4)}`)).toBe('pairing-mistyped');
    expect(await subscriber.paste(offer)).toBe('');
    const answer = await subscriber.text();
    expect(answer.length).toBeLessThanOrEqual(160);
    await delay(30_000);
    expect(await publisher.paste(offer)).toBe('pairing-own-kind');
    expect(await publisher.paste(answer)).toBe('');
    await compare(publisher, subscriber);
    await confirmAndTalk(publisher, subscriber);
  });

  test('say it when the code’s desk is gone, or nobody knows the ticket', async () => {
    const desk = await freshDesk();
    const [publisher] = await twoBrowsers();
    const url = `${desk.url.replace('http', 'ws')}/api/live/socket`;
    await publisher.begin({ role: 'publisher', servers: [], pairing: { by: 'relay', url, ticket: 'x'.repeat(43) } });
    const { code, sentence } = await publisher.reach('ended');
    expect(code).toBe('live-desk-refused');
    expect(sentence).toContain('Begin a new one');
  });
});
