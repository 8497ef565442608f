import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import { readLetter } from '../../../src/shared/crypto/read-letter.js';
import type { AuditEntry } from '../../../src/shared/protocol/host.js';
import { askStatement, type GrantAsk, type GrantKind } from '../../../src/shared/protocol/live-grants.js';
import type { LiveHostNews, LiveOrders, LivePageNews, LiveView } from '../../../src/shared/protocol/live-host.js';
import { INSTALL_LETTERS, type VerifiedLetter } from '../../../src/shared/protocol/letters.js';
import { correspond, lettersUntil, type Correspondence } from '../commands/parties.js';
import { startApp } from './app-double.js';
import { PanelDouble, WindowDouble } from './documents.js';

// The host process, the desk and the keys are real; the page and its connection are played by a window without a face.

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const cleanup = (work: () => Promise<unknown>): void => {
  cleanups.push(work);
};

const WORDS = ['pendant', 'birthday', 'lineage', 'molasses'];

/** The customer's page, as it reports to the host process. */
class LivePageDouble {
  readonly window: WindowDouble;
  readonly panel: PanelDouble;
  #number = 0;

  constructor(window: WindowDouble, panel: PanelDouble) {
    this.window = window;
    this.panel = panel;
  }

  get news(): LiveHostNews[] {
    return this.window.channel.events
      .filter(({ event }) => event === 'live')
      .map(({ data }) => (data as { news: LiveHostNews }).news);
  }

  async orders(fits: (orders: LiveOrders) => boolean = () => true): Promise<LiveOrders> {
    await expect.poll(() => this.#orders().some(fits), { timeout: 10_000 }).toBe(true);
    const found = this.#orders().findLast(fits);
    if (found === undefined) throw new Error('no orders');
    return found;
  }

  #orders(): LiveOrders[] {
    return this.news.flatMap((news) => (news.kind === 'orders' ? [news.orders] : []));
  }

  async say(news: LivePageNews, bytes?: Uint8Array): Promise<unknown> {
    const { session } = await this.orders();
    return await this.window.call('live', { session, news }, bytes);
  }

  async view(): Promise<NonNullable<LiveView['session']>> {
    const { session } = (await this.panel.call('getLive', {})).value as LiveView;
    if (session === undefined) throw new Error('no session');
    return session;
  }

  async report(phase: LivePageNewsPhase, words?: string[]): Promise<void> {
    const report = { phase, hasOtherConfirmed: true, isUnstable: false, ...(words === undefined ? {} : { words }) };
    await this.say({ kind: 'report', report });
  }

  async becomeOpen(): Promise<void> {
    await this.report('comparing', WORDS);
    const { session } = await this.orders();
    await this.panel.call('confirmWords', { session, words: WORDS, areSame: true });
    await this.report('open', WORDS);
  }

  async signedAsk({ technician }: Correspondence, kind: GrantKind): Promise<GrantAsk> {
    const { session } = await this.orders();
    const ask = { grant: randomUUID(), kind };
    const proof = { number: (this.#number += 1), sentMs: Date.now() };
    const { signer, keys } = technician.party;
    const signature = await signer.sign('live-ask', askStatement({ session, words: WORDS }, ask, proof));
    return { ...ask, proof: { ...proof, signingKey: keys.signingKey, signature } };
  }

  /** Asks as the technician, and allows it as the customer. */
  async grant(correspondence: Correspondence, kind: GrantKind): Promise<void> {
    const ask = await this.signedAsk(correspondence, kind);
    await this.say({ kind: 'asked', ask });
    const { session } = await this.orders();
    await this.panel.call('decideGrant', { session, grant: ask.grant, decision: 'allow' });
    await this.orders(({ grants }) => grants.some(({ grant }) => grant === ask.grant));
  }
}
type LivePageNewsPhase = Extract<LivePageNews, { kind: 'report' }>['report']['phase'];

async function invited(): Promise<{ page: LivePageDouble; between: Correspondence; invitation: string }> {
  const between = await correspond({}, cleanup);
  const { technician, install, customer } = between;
  const invitation = randomUUID();
  const body = { invitation, report: customer.report, reason: 'To see it happen.' };
  await technician.write(install, { kind: 'live-invitation', body });
  const { panel, window } = customer;
  await panel.channel.waitFor('live', (data) => (data as LiveView).invitations.length === 1);
  return { page: new LivePageDouble(window, panel), between, invitation };
}

async function auditKinds(panel: PanelDouble): Promise<string[]> {
  const { records } = (await panel.call('audit', { limit: 100 })).value as { records: AuditEntry[] };
  return records.map(({ kind }) => kind).reverse();
}

describe('an invitation by letter', () => {
  it('is accepted, an offer goes back by letter and the answer comes to the page', async () => {
    const { page, between, invitation } = await invited();
    const { technician, install } = between;
    await page.panel.call('acceptInvitation', { invitation });
    const { way, verifiedName } = await page.orders();
    expect({ way, verifiedName }).toEqual({ way: 'letters', verifiedName: 'Technician 1' });
    await page.report('waiting');
    await expect.poll(() => page.news.map(({ kind }) => kind)).toContain('joined');

    const description = { ufrag: 'abcd', pwd: 'a'.repeat(24), fingerprint: 'A'.repeat(43), candidates: [] };
    const offer = '0123456789abcdef';
    const signal = { kind: 'offer', v: 1, offer, commitment: 'A'.repeat(22), description };
    await page.say({ kind: 'signal', signal: JSON.stringify(signal) });
    const [letter] = await lettersUntil(between, ({ envelope }) => envelope.kind === 'live-offer');
    expect(letter?.envelope.body).toMatchObject({ invitation, offer });
    await technician.write(install, { kind: 'live-answer', body: { invitation, offer, description } });
    await expect
      .poll(() => page.news.flatMap((news) => (news.kind === 'signal' ? [JSON.parse(news.signal) as object] : [])), {
        timeout: 10_000,
      })
      .toEqual([{ kind: 'answer', offer, description }]);
  });

  it('is told of in the app’s windows, and no more when it was declined', async () => {
    const { page, between, invitation } = await invited();
    await page.window.channel.waitFor('proposals', (data) => (data as { pending: number }).pending === 1);
    await page.panel.call('declineInvitation', { invitation });
    const letters = await lettersUntil(between, ({ envelope }) => envelope.kind === 'live-end');
    expect(letters.at(-1)?.envelope.body).toEqual({ invitation, code: 'live-declined' });
    await expect
      .poll(() => page.window.channel.events.filter(({ event }) => event === 'proposals').at(-1)?.data)
      .toEqual({ pending: 0 });
  });
});

describe('an invitation that waits', () => {
  it('waits on when the host process is started again, and is accepted then', async () => {
    const { between, invitation } = await invited();
    const { app } = between.customer;
    await app.restart();
    const window = await WindowDouble.open(app.origin);
    const page = new LivePageDouble(window, await PanelDouble.open(app.host.panelUrl));
    await window.channel.waitFor('proposals', (data) => (data as { pending: number }).pending === 1);
    const { invitations } = (await page.panel.call('getLive', {})).value as LiveView;
    expect(invitations).toMatchObject([{ invitation, reason: 'To see it happen.', from: { name: 'Technician 1' } }]);
    await page.panel.call('acceptInvitation', { invitation });
    expect(await page.orders()).toMatchObject({ way: 'letters', verifiedName: 'Technician 1' });
    await app.restart();
    const later = await PanelDouble.open(app.host.panelUrl);
    expect((await later.call('getLive', {})).value).toMatchObject({ invitations: [] });
  });
});

describe('commands in a live session', () => {
  it('are proposed by a letter through the connection, approved in the panel, and answered through it at once', async () => {
    const { page, between, invitation } = await invited();
    const { technician, install, customer } = between;
    await page.panel.call('acceptInvitation', { invitation });
    await page.becomeOpen();
    await page.grant(between, 'commands');

    const proposal = randomUUID();
    const body = {
      proposal,
      report: customer.report,
      command: 'get-system-info',
      parameters: {},
      reason: 'To see it.',
    };
    const { id, sealed } = await technician.seal(install, { kind: 'command-proposal', body });
    await page.say({ kind: 'letter', id }, sealed);
    const told = (await page.panel.channel.waitFor('proposals', (data) =>
      (data as { proposals: { id: string }[] }).proposals.some((one) => one.id === proposal),
    )) as { proposals: { id: string; effect: string[] }[] };
    const effect = told.proposals.find((one) => one.id === proposal)?.effect;
    await page.panel.call('decideProposal', { proposal, decision: 'approve', effect });

    await expect
      .poll(async () => (await lettersOf(page, between)).map(({ envelope }) => envelope.kind), { timeout: 15_000 })
      .toContain('command-result');
    const kinds = (await lettersOf(page, between)).map(({ envelope }) => envelope.kind);
    expect(kinds[0]).toBe('command-decision');
    expect(kinds).toContain('command-output');
    expect(await auditKinds(page.panel)).toEqual(
      expect.arrayContaining([
        'live-begun',
        'live-confirmed',
        'live-opened',
        'grant-asked',
        'grant-given',
        'command-approved',
      ]),
    );
  });

  it('are not taken without the grant, from another key, or a second time', async () => {
    const { page, between, invitation } = await invited();
    const { technician, install, customer } = between;
    await page.panel.call('acceptInvitation', { invitation });
    await page.becomeOpen();
    const body = { report: customer.report, command: 'get-system-info', parameters: {}, reason: 'To see it.' };
    const seal = () =>
      technician.seal(install, { kind: 'command-proposal', body: { ...body, proposal: randomUUID() } });
    const early = await seal();
    await expect(page.say({ kind: 'letter', id: early.id }, early.sealed)).rejects.toThrow('live-not-open');
    await page.grant(between, 'commands');
    const letter = await seal();
    await page.say({ kind: 'letter', id: letter.id }, letter.sealed);
    await page.say({ kind: 'letter', id: randomUUID() }, letter.sealed);
    await page.say({ kind: 'letter', id: randomUUID() }, new Uint8Array(500).fill(7));
    await expect
      .poll(async () => (await auditKinds(page.panel)).filter((kind) => kind === 'letter-refused').length)
      .toBe(2);
    const { value } = await page.panel.call('listProposals', {});
    expect((value as { proposals: unknown[] }).proposals).toHaveLength(1);
  });
});

describe('a hostile page', () => {
  it('can neither begin, nor confirm, nor grant anything', async () => {
    const app = await startApp({});
    cleanup(() => app.close());
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    for (const name of ['beginLive', 'confirmWords', 'decideGrant', 'acceptInvitation', 'sayInChat']) {
      const input = { session: randomUUID(), grant: randomUUID(), decision: 'allow', way: 'texts' };
      await expect(window.call(name, input)).rejects.toThrow();
    }
    const news = { kind: 'asked', ask: { grant: randomUUID(), kind: 'view-dom' } };
    await expect(window.call('live', { session: randomUUID(), news })).rejects.toThrow('live-gone');
    expect(((await panel.call('getLive', {})).value as LiveView).session).toBeUndefined();
  });

  it('of another window cannot speak for the one that has the session', async () => {
    const app = await startApp({});
    cleanup(() => app.close());
    const [one, other] = [await WindowDouble.open(app.origin), await WindowDouble.open(app.origin)];
    const panel = await PanelDouble.open(app.host.panelUrl);
    await one.call('openPanel', { view: 'live' });
    await panel.call('beginLive', { way: 'texts' });
    const page = new LivePageDouble(one, panel);
    const { session } = await page.orders();
    const news = { kind: 'stop', what: 'session' };
    await expect(other.call('live', { session, news })).rejects.toThrow('live-gone');
    expect((await page.view()).phase).toBe('preparing');
    expect(other.channel.events.filter(({ event }) => event === 'live')).toEqual([]);
  });
});

describe('a session by code', () => {
  it('has a room at the desk, and carries signals both ways', async () => {
    const between = await correspond({}, cleanup);
    const { panel, window } = between.customer;
    const page = new LivePageDouble(window, panel);
    await panel.call('beginLive', { way: 'code' });
    await page.report('waiting');
    const { code } = await page.view();
    expect(code?.text).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const cookie = await between.desk.cookie();
    const { body } = await between.desk.post<{ ticket: string }>(
      '/api/live/join',
      { code: code?.text.replace('-', '') },
      { cookie },
    );
    const socket = new WebSocket(`${between.desk.url.replace('http', 'ws')}/api/live/socket`);
    cleanup(() => {
      socket.close();
      return Promise.resolve();
    });
    const heard: unknown[] = [];
    socket.on('message', (data) => heard.push(JSON.parse((data as Buffer).toString('utf8'))));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(JSON.stringify({ ticket: body.ticket }));
    await expect.poll(() => page.news.map(({ kind }) => kind), { timeout: 10_000 }).toContain('joined');
    await page.say({ kind: 'signal', signal: '{"kind":"end"}' });
    await expect.poll(() => heard).toContainEqual({ signal: '{"kind":"end"}' });
    socket.send('{"kind":"end","code":"live-declined"}');
    await expect.poll(() => page.news.map(({ kind }) => kind)).toContain('signal');
  });
});

describe('a session that is recorded', () => {
  it('makes a report where it has none, of exactly what was granted, and parts that follow', async () => {
    const between = await correspond({}, cleanup);
    const { panel, window } = between.customer;
    const page = new LivePageDouble(window, panel);
    const answered = new Set(window.channel.events.map(({ data }) => (data as { handOver?: string }).handOver));
    /** The window has nothing to give: what is sent is the host process's. */
    const handOver = async (): Promise<void> => {
      const isNew = (data: unknown): boolean => !answered.has((data as { handOver: string }).handOver);
      const asked = (await window.channel.waitFor('handOver', isNew)) as { handOver: string };
      answered.add(asked.handOver);
      await window.call('handedOver', { handOver: asked.handOver, dead: [] });
    };
    await panel.call('beginLive', { way: 'texts' });
    await page.becomeOpen();
    await page.grant(between, 'chat');
    const { session } = await page.orders();
    await panel.call('sayInChat', { session, text: 'said before' });
    await page.grant(between, 'be-recorded');
    expect(window.channel.events.filter(({ event }) => event === 'checkout')).toHaveLength(1);
    await panel.call('sayInChat', { session, text: 'said while it was recorded' });
    // The first part comes by itself: it makes the report.
    await handOver();
    const report = (await page.orders((orders) => orders.report !== undefined)).report ?? '';
    const { recording } = await page.view();
    expect(recording).toMatchObject({ isOn: true, parts: 1 });
    const deliveries = async (): Promise<{ report: string; receiptCode: string; status: string }[]> =>
      (
        (await panel.call('state', {})).value as {
          deliveries: { report: string; receiptCode: string; status: string }[];
        }
      ).deliveries;
    expect((await deliveries()).find((delivery) => delivery.report === report)?.receiptCode).toBe(
      recording?.receiptCode,
    );
    await page.say({ kind: 'stop', what: 'recording' });
    await panel.call('sayInChat', { session, text: 'said after it' });
    await handOver();
    await expect.poll(async () => (await page.view()).recording?.parts, { timeout: 15_000 }).toBe(2);
    await expect
      .poll(async () => (await deliveries()).find((one) => one.report === report)?.status, { timeout: 15_000 })
      .toBe('delivered');
    expect(await auditKinds(panel)).toEqual(
      expect.arrayContaining(['live-recording-begun', 'live-recording-part', 'live-recording-part']),
    );
    const cookie = await between.desk.cookie();
    const texts = await Promise.all(
      [0, 1].map(async (part) => {
        const answer = await fetch(`${between.desk.url}/api/reports/${report}/parts/${part}`, { headers: { cookie } });
        const bundle = await openBundle(bytesSource(new Uint8Array(await answer.arrayBuffer())));
        const live = bundle.manifest.entries.filter(({ lane }) => lane === 'live');
        const read = await Promise.all(live.map((entry) => bundle.readLaneEvents(entry)));
        return read.flatMap(({ events }) => events.map((event) => (event.type === 'live' ? event.text : '')));
      }),
    );
    const all = texts.flat();
    expect(all).toContain('said while it was recorded');
    expect(all).not.toContain('said before');
    expect(all).not.toContain('said after it');
  }, 60_000);
});

/** The letters that the page was given for the technician, opened with the technician's key. */
async function lettersOf(page: LivePageDouble, { technician, install }: Correspondence): Promise<VerifiedLetter[]> {
  const reader = {
    identity: technician.party.ageIdentity,
    self: technician.party.keys,
    kinds: INSTALL_LETTERS,
    senderOf: () => install,
  };
  const sealed = page.news.flatMap((news) => (news.kind === 'letter' ? [news.sealed] : []));
  return await Promise.all(
    sealed.map((text) => readLetter(Uint8Array.from(Buffer.from(text, 'base64')), reader, Date.now())),
  );
}
