import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { systemClock, type HostClock } from '../../../src/main/services/host-clock.js';
import { startHost, type Host } from '../../../src/main/services/host.js';
import { bytesSource } from '../../../src/shared/bundle/byte-source.js';
import { openBundle } from '../../../src/shared/bundle/read.js';
import { verifyBundle } from '../../../src/shared/bundle/verify.js';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import type { Delivery, Draft } from '../../../src/shared/protocol/host.js';
import type { Lane } from '../../../src/shared/session/lane.js';
import type { ReportSummary } from '../../../src/shared/report/report.js';
import { deskIn, temporaryFolder } from '../desk/desk-in-folder.js';
import { clientOf, makeParty, putList, signedList, TechnicianDouble } from '../desk/letter-parties.js';
import { sealedRow } from '../host/documents.js';
import { bodies, isResult } from './parties.js';
import type { VerifiedLetter } from '../../../src/shared/protocol/letters.js';

// The services over a real desk, on a clock that can be moved on: a minute of recording need not take one.

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

class MovedClock implements HostClock {
  readonly #clock = systemClock();
  aheadMs = 0;
  monoMs(): number {
    return this.#clock.monoMs() + this.aheadMs;
  }
  wallMs(): number {
    return this.#clock.wallMs() + this.aheadMs;
  }
}

/** A window that answers each hand-over with what it recorded until then. */
class Window {
  readonly lines: { readonly lane: Lane; readonly t: number; readonly message: string }[] = [];

  static async open(host: Host, clock: MovedClock): Promise<Window> {
    const window = new Window();
    const hello = await host.recorder.hello(
      {
        value: { originMs: clock.wallMs(), monoMs: 0, wallMs: clock.wallMs(), title: 'Window' },
        bytes: new Uint8Array(0),
      },
      { source: undefined },
    );
    const { source, session } = hello.value;
    const openedMs = clock.monoMs();
    window.nowMs = () => clock.monoMs() - openedMs;
    host.windows.join(source, (name, payload) => {
      if (name !== 'handOver') return;
      const { handOver } = payload as { handOver: string };
      void (async () => {
        // Over any real transport the question is on its way for a moment.
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const [chain, { lane, t, message }] of window.lines.entries()) {
          const line = { type: lane, t, level: 'log', logger: 'console', message, kind: 'click', text: message };
          const row = sealedRow({ session, source }, lane, chain, [line], {
            startMonoMs: t,
            endMonoMs: t,
            startWallMs: t,
            endWallMs: t,
          });
          await host.recorder.append({ value: { handOver, segments: [row.segment] }, bytes: row.stored }, { source });
        }
        await host.recorder.handedOver({ value: { handOver, dead: [] }, bytes: new Uint8Array(0) }, { source });
      })();
    });
    return window;
  }

  nowMs = (): number => 0;

  record(lane: Lane, message: string): void {
    this.lines.push({ lane, t: this.nowMs(), message });
  }
}

const NO_BYTES = new Uint8Array(0);
const panel = { panel: 'panel-1' };

async function send(host: Host): Promise<Delivery> {
  const { draft } = (await host.panel.createDraft({ value: {}, bytes: NO_BYTES }, panel)).value;
  const status = async (): Promise<Draft['status']> =>
    (await host.panel.getDraft({ value: { draft: draft.id }, bytes: NO_BYTES }, panel)).value.draft.status;
  await expect.poll(status, { timeout: 15_000 }).toBe('ready');
  const input = { draft: draft.id, description: 'It broke.', consent: true } as const;
  const { delivery } = (await host.panel.sendDraft({ value: input, bytes: NO_BYTES }, panel)).value;
  await delivered(host);
  return delivery;
}

async function delivered(host: Host): Promise<void> {
  const status = async () =>
    (await host.panel.state({ value: {}, bytes: NO_BYTES }, panel)).value.deliveries[0]?.status;
  await expect.poll(status, { timeout: 15_000 }).toBe('delivered');
}

it('recording again adds what was recorded from the approval on, in the lanes that were agreed to, as the next part', async () => {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const [root, party] = await Promise.all([makeParty(), makeParty()]);
  await putList(folder, await signedList(root, [party]));
  const dataDir = await mkdtemp(join(tmpdir(), 'fluxrec-again-'));
  cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
  const clock = new MovedClock();
  const host = await startHost({
    app: { name: 'Double', version: '1' },
    dataDir,
    desk: { url: desk.url },
    rootKeys: [root.keys.signingKey],
    captureConsole: false,
    openPanel: () => Promise.resolve({}),
    clock,
  });
  cleanups.push(() => host.close());
  const window = await Window.open(host, clock);
  window.record('log', 'before the report');
  const { report } = await send(host);
  const before = await desk.get<{ report: ReportSummary & { install: PublicIdentity } }>(`/api/reports/${report}`);
  const { install } = before.body.report;
  const technician = new TechnicianDouble(party, clientOf(desk, party, await desk.cookie()));

  clock.aheadMs += 10_000;
  window.record('log', 'before the approval');
  clock.aheadMs += 10_000;
  const proposal = crypto.randomUUID();
  const parameters = { minutes: 1, lanes: ['log'] };
  const body = { proposal, report, command: 'record-again', parameters, reason: 'Once more, please.' };
  await technician.write(install, { kind: 'command-proposal', body });
  const find = async () => (await host.panel.listProposals({ value: {}, bytes: NO_BYTES }, panel)).value.proposals[0];
  await expect.poll(find, { timeout: 10_000 }).toMatchObject({ state: 'pending' });
  const { effect = [] } = (await find()) ?? {};
  expect(effect[0]).toContain('recorded in the next minute (the app’s log) and then sends it');
  await host.panel.decideProposal({ value: { proposal, decision: 'approve', effect }, bytes: NO_BYTES }, panel);

  const letters: VerifiedLetter[] = [];
  while (bodies(letters, 'command-output').length === 0) letters.push(...(await technician.read(install)));
  clock.aheadMs += 30_000;
  window.record('log', 'during the recording');
  window.record('action', 'not agreed to');
  clock.aheadMs += 31_000;
  while (!letters.some(isResult)) letters.push(...(await technician.read(install)));
  expect(bodies(letters, 'command-result')).toMatchObject([
    { proposal, status: 'done', part: 1, summary: 'part 2 of the report' },
  ]);

  await delivered(host);
  const after = await desk.get<{ report: ReportSummary }>(`/api/reports/${report}`);
  expect(after.body.report.parts.map(({ number }) => number)).toEqual([0, 1]);
  const answer = await fetch(`${desk.url}/api/reports/${report}/parts/1`, { headers: { cookie: await desk.cookie() } });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  expect(await verifyBundle(bytesSource(bytes))).toEqual([]);
  const bundle = await openBundle(bytesSource(bytes));
  expect(bundle.manifest.lanes).toEqual(['log']);
  const messages: string[] = [];
  for (const entry of bundle.manifest.entries) {
    for (const event of (await bundle.readLaneEvents(entry)).events)
      if ('message' in event) messages.push(event.message);
  }
  expect(messages).toEqual(['during the recording']);
});
