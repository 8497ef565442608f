import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startDesk, type Desk } from '../../../src/desk/server.js';
import type { Delivery } from '../../../src/shared/protocol/host.js';
import { startApp, type AppDouble } from './app-double.js';
import { PanelDouble, WindowDouble } from './documents.js';

// The real host and the real desk.

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const TOKEN = 'a-token-of-tests-0123456789';

class DeskAlone {
  #desk: Desk | undefined;
  #port = 0;
  readonly #dir: string;

  static async start(ingestKey?: string): Promise<DeskAlone> {
    const dir = await mkdtemp(join(tmpdir(), 'fluxrec-desk-'));
    cleanups.push(() => rm(dir, { recursive: true, force: true }));
    const alone = new DeskAlone(dir);
    await alone.start(ingestKey);
    cleanups.push(() => alone.stop());
    return alone;
  }

  private constructor(dir: string) {
    this.#dir = dir;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(ingestKey?: string): Promise<void> {
    this.#desk = await startDesk({
      dataDir: this.#dir,
      viewerDir: join(this.#dir, 'none'),
      port: this.#port,
      pinned: true,
      token: TOKEN,
      ...(ingestKey === undefined ? {} : { ingestKey }),
    });
    this.#port = Number(new URL(this.#desk.url).port);
  }

  async stop(): Promise<void> {
    await this.#desk?.close();
    this.#desk = undefined;
  }

  async reports(): Promise<{ id: string; receiptCode: string; description: string; parts: { sha256: string }[] }[]> {
    const signedIn = await fetch(`${this.url}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: this.url },
      body: JSON.stringify({ token: TOKEN }),
    });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const inbox = await fetch(`${this.url}/api/reports`, { headers: { Cookie: cookie } });
    return ((await inbox.json()) as { reports: Awaited<ReturnType<DeskAlone['reports']>> }).reports;
  }
}

async function appWith(desk: { url: string; key?: string } | undefined): Promise<AppDouble> {
  const app = await startApp(desk === undefined ? {} : { desk });
  cleanups.push(() => app.close());
  return app;
}

async function send(
  app: AppDouble,
  message: string,
): Promise<{ panel: PanelDouble; delivery: Delivery; sha256: string }> {
  const window = await WindowDouble.open(app.origin);
  const panel = await PanelDouble.open(app.host.panelUrl);
  const line = { type: 'log', t: 10, level: 'log', logger: 'console', message };
  const answering = window.handOver([window.row('log', 0, [line])]);
  const { id } = await panel.createDraft();
  await answering;
  await panel.readyDraft(id);
  const assembled = (await panel.call('assembleDraft', { draft: id, description: message })).value as { bytes: number };
  const { bytes } = await panel.call('readDraft', { draft: id, offset: 0, length: assembled.bytes });
  const input = { draft: id, description: message, consent: true };
  const { delivery } = (await panel.call('sendDraft', input)).value as { delivery: Delivery };
  window.channel.close();
  return { panel, delivery, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function reaches(panel: PanelDouble, report: string, status: Delivery['status']): Promise<void> {
  await panel.channel.waitFor('deliveries', (data) =>
    (data as { deliveries: Delivery[] }).deliveries.some((one) => one.report === report && one.status === status),
  );
}

describe('a report', () => {
  it('arrives at the desk as exactly the bytes that the customer was shown, under its receipt code', async () => {
    const desk = await DeskAlone.start('an-ingest-key-of-tests');
    const app = await appWith({ url: desk.url, key: 'an-ingest-key-of-tests' });
    const { panel, delivery, sha256 } = await send(app, 'It failed at Sync.');
    await reaches(panel, delivery.report, 'delivered');
    expect(await desk.reports()).toMatchObject([
      {
        id: delivery.report,
        receiptCode: delivery.receiptCode,
        description: 'It failed at Sync.',
        parts: [{ sha256 }],
      },
    ]);
    const { value } = await panel.call('state', {});
    expect(value).toMatchObject({ destination: desk.url, deliveries: [{ status: 'delivered' }] });
  });

  it('is kept while the desk is away and arrives when it is back', { timeout: 20_000 }, async () => {
    const desk = await DeskAlone.start();
    const app = await appWith({ url: desk.url });
    await desk.stop();
    const { panel, delivery } = await send(app, 'offline');
    await reaches(panel, delivery.report, 'waiting');
    await desk.start();
    await reaches(panel, delivery.report, 'delivered');
    expect((await desk.reports()).map(({ id }) => id)).toEqual([delivery.report]);
  });

  it('survives a restart of the host and is delivered by the next run', { timeout: 20_000 }, async () => {
    const desk = await DeskAlone.start();
    const app = await appWith({ url: desk.url });
    await desk.stop();
    const { delivery } = await send(app, 'restart');
    await app.restart();
    const panel = await PanelDouble.open(app.host.panelUrl);
    await desk.start();
    await reaches(panel, delivery.report, 'delivered');
    expect((await desk.reports()).map(({ receiptCode }) => receiptCode)).toEqual([delivery.receiptCode]);
  });

  it('is refused with the desk’s sentence where the key is wrong', async () => {
    const desk = await DeskAlone.start('the-right-key-of-tests');
    const app = await appWith({ url: desk.url, key: 'a-wrong-key-of-tests' });
    const { panel, delivery } = await send(app, 'wrong key');
    await reaches(panel, delivery.report, 'refused');
    const { deliveries } = (await panel.call('state', {})).value as { deliveries: Delivery[] };
    expect(deliveries[0]?.error?.code).toBe('wrong-ingest-key');
  });

  it('can be saved to a file without any desk', async () => {
    const app = await appWith(undefined);
    const { panel, delivery, sha256 } = await send(app, 'saved');
    expect(delivery.status).toBe('stored');
    const input = { report: delivery.report, offset: 0, length: delivery.bytes };
    const { bytes } = await panel.call('readDelivery', input);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    await panel.call('removeDelivery', { report: delivery.report });
    await expect(panel.call('readDelivery', input)).rejects.toThrow('no-such-delivery');
  });

  it('is sent once when it is asked for twice', async () => {
    const app = await appWith(undefined);
    const window = await WindowDouble.open(app.origin);
    const panel = await PanelDouble.open(app.host.panelUrl);
    const answering = window.handOver([window.row('network', 0, [{ type: 'network' }])]);
    const { id } = await panel.createDraft();
    await answering;
    await panel.readyDraft(id);
    const input = { draft: id, description: '', consent: true };
    const [one, two] = await Promise.all([panel.call('sendDraft', input), panel.call('sendDraft', input)]);
    expect(one.value).toEqual(two.value);
    expect(((await panel.call('state', {})).value as { deliveries: unknown[] }).deliveries.length).toBe(1);
  });
});
