import { afterEach, describe, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { LiveLetter } from '../../../src/live/publisher/publish.js';
import { confirmAndTalk, LiveBrowser } from '../../lab/live-browser.js';
import { findChromium } from '../../lab/chromium.js';
import { fingerprint } from '../../../src/shared/crypto/keys.js';
import { findTechnician, verifyTechnicians } from '../../../src/shared/crypto/technicians.js';
import { INSTALL_LETTERS, TECHNICIAN_LETTERS } from '../../../src/shared/protocol/letters.js';
import { deskIn, freshDesk, temporaryFolder } from '../desk/desk-in-folder.js';
import { clientOf, makeParty, putList, signedList } from '../desk/letter-parties.js';
import { Correspondent } from './correspondent.js';

// Two real browsers, a process each, for each way of pairing; where there is a desk, a real one.

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

describe.skipIf(findChromium() === undefined)('two browsers', { timeout: 90_000 }, () => {
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
    const [root, install, technician] = await Promise.all([makeParty(), makeParty(), makeParty()]);
    const folder = await temporaryFolder();
    const desk = await deskIn(folder);
    await desk.sendReport({ install: install.keys });
    const signed = await signedList(root, [technician]);
    await putList(folder, signed);
    const rules = { rootKeys: [root.keys.signingKey], seenVersion: 0, nowMs: Date.now() };
    const list = await verifyTechnicians(signed, rules);
    const customer = new Correspondent(install, clientOf(desk, install), technician.keys, {
      kinds: TECHNICIAN_LETTERS,
      senderOf: ({ from, sentMs }) => findTechnician(list, from, sentMs),
    });
    const support = new Correspondent(technician, clientOf(desk, technician, await desk.cookie()), install.keys, {
      kinds: INSTALL_LETTERS,
      senderOf: () => ({ ...install.keys, name: fingerprint(install.keys.signingKey) }),
    });
    const [publisher, subscriber] = await twoBrowsers();
    await publisher.page.exposeFunction('liveCarry', (letter: LiveLetter) => customer.write(letter));
    await subscriber.page.exposeFunction('liveCarry', (letter: LiveLetter) => support.write(letter));
    const kinds = { publisher: [] as string[], subscriber: [] as string[] };
    const invitation = randomUUID();
    const reading = [
      customer.read(async ({ envelope, sender }) => {
        kinds.publisher.push(envelope.kind);
        const by = { by: 'letters', invitation, verifiedName: sender.name ?? '' } as const;
        // As if the customer had accepted at once.
        if (envelope.kind === 'live-invitation') await publisher.begin({ role: 'publisher', servers: [], pairing: by });
        else await publisher.deliver(envelope);
      }),
      support.read(async ({ envelope }) => {
        kinds.subscriber.push(envelope.kind);
        await subscriber.deliver(envelope);
      }),
    ];
    const verifiedName = fingerprint(install.keys.signingKey);
    await subscriber.begin({ role: 'subscriber', servers: [], pairing: { by: 'letters', invitation, verifiedName } });
    const body = { invitation, report: randomUUID(), reason: 'To see it happen.' };
    await support.write({ kind: 'live-invitation', body });
    await publisher.page.waitForFunction(() => liveHasBegun());
    await compare(publisher, subscriber);
    expect((await publisher.seen()).verifiedName).toBe('Technician 1');
    expect((await subscriber.seen()).verifiedName).toBe(verifiedName);
    await confirmAndTalk(publisher, subscriber);
    expect(kinds).toEqual({ publisher: ['live-invitation', 'live-answer'], subscriber: ['live-offer'] });
    customer.close();
    support.close();
    await Promise.all(reading);
  });

  // Chromium gives an attempt up after 15 s; a person takes longer.
  test('pair by two texts, half a minute apart', async () => {
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

  test('come together again when the customer’s app is loaded anew', async () => {
    const desk = await freshDesk();
    const { body: room } = await desk.post<{ code: string; ticket: string }>('/api/live/rooms', {});
    const { body: joined } = await desk.post<{ ticket: string }>(
      '/api/live/join',
      { code: room.code },
      { cookie: await desk.cookie() },
    );
    const url = `${desk.url.replace('http', 'ws')}/api/live/socket`;
    const [publisher, subscriber] = await twoBrowsers();
    const customer = { role: 'publisher', servers: [], pairing: { by: 'relay', url, ticket: room.ticket } } as const;
    await publisher.begin({ ...customer, servers: [] });
    await subscriber.begin({ role: 'subscriber', servers: [], pairing: { by: 'relay', url, ticket: joined.ticket } });
    await compare(publisher, subscriber);
    await confirmAndTalk(publisher, subscriber);
    const before = await subscriber.seen();
    await publisher.reload();
    await subscriber.reach('reconnecting');
    await publisher.begin({ ...customer, servers: [] });
    await compare(publisher, subscriber);
    expect((await subscriber.seen()).words).not.toEqual(before.words);
    await confirmAndTalk(publisher, subscriber);
    // And when it crashes, so that nobody says a word.
    await publisher.crash();
    await subscriber.reach('reconnecting');
    await publisher.begin({ ...customer, servers: [] });
    await compare(publisher, subscriber);
    await subscriber.page.evaluate(() => liveEnd());
    expect((await publisher.reach('ended')).code).toBe('live-ended');
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
