import { afterEach, expect, it } from 'vitest';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import type { AuditEntry, Delivery } from '../../../src/shared/protocol/host.js';
import type { ReportAnswer } from '../../../src/shared/protocol/desk.js';
import { deskIn, temporaryFolder, type DeskUnderTest } from '../desk/desk-in-folder.js';
import { clientOf, makeParty, proposalContent, putList, signedList, TechnicianDouble } from '../desk/letter-parties.js';
import { startApp, type AppDouble } from './app-double.js';
import { PanelDouble, WindowDouble } from './documents.js';

// The whole way: a report is sent, its signature says who made it, and a letter to that install is heard of in its panel.

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function sendReport(app: AppDouble, panel: PanelDouble): Promise<string> {
  const window = await WindowDouble.open(app.origin);
  const line = { type: 'log', t: 10, level: 'log', logger: 'console', message: 'Sync failed' };
  const answering = window.handOver([window.row('log', 0, [line])]);
  const { id } = await panel.createDraft();
  await answering;
  await panel.readyDraft(id);
  const input = { draft: id, description: 'Sync failed', consent: true };
  const { delivery } = (await panel.call('sendDraft', input)).value as { delivery: Delivery };
  window.channel.close();
  await panel.channel.waitFor('deliveries', (data) =>
    (data as { deliveries: Delivery[] }).deliveries.some(
      (one) => one.report === delivery.report && one.status === 'delivered',
    ),
  );
  return delivery.report;
}

async function partOf(desk: DeskUnderTest, report: string): Promise<Uint8Array<ArrayBuffer>> {
  const headers = { cookie: await desk.cookie() };
  const response = await fetch(new URL(`/api/reports/${report}/parts/0`, desk.url), { headers });
  return new Uint8Array(await response.arrayBuffer());
}

async function audit(panel: PanelDouble): Promise<AuditEntry[]> {
  return ((await panel.call('audit', { limit: 100 })).value as { records: AuditEntry[] }).records;
}

it('a report is signed by its install, and a letter to that install is audited where the customer can read it', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const [root, party] = [await makeParty(), await makeParty()];
  await putList(folder, await signedList(root, [party]));
  const app = await startApp({ desk: { url: desk.url }, rootKeys: [root.keys.signingKey] });
  cleanups.push(() => app.close());
  const panel = await PanelDouble.open(app.host.panelUrl);
  const report = await sendReport(app, panel);

  const bundle = await openBundle(bytesSource(await partOf(desk, report)));
  const check = await bundle.checkSignature();
  const { install } = bundle.manifest;
  if (install === undefined) throw new Error('the manifest names no install');
  expect(check).toEqual({ status: 'good', signingKey: install.signingKey });
  const { body } = await desk.get<ReportAnswer>(`/api/reports/${report}`);
  expect(body.report.install).toEqual({ signingKey: install.signingKey, recipient: install.recipient });
  expect((await audit(panel)).at(-1)).toMatchObject({
    number: 1,
    kind: 'identity-made',
    body: { signingKey: install.signingKey },
  });

  const technician = new TechnicianDouble(party, clientOf(desk, party, await desk.cookie()));
  const content = proposalContent();
  const sha256 = await technician.write(install, { ...content, body: { ...content.body, report } });
  await expect
    .poll(async () => (await audit(panel)).find(({ kind }) => kind === 'letter-received'), { timeout: 10_000 })
    .toMatchObject({ isIntact: true, body: { sha256, name: 'Technician 1', proposal: content.body.proposal } });
});

it('an app that pins what is no key does not start', async () => {
  await expect(startApp({ rootKeys: ['not a key'] })).rejects.toMatchObject({ code: 'root-key' });
});
