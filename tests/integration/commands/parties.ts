import { randomUUID } from 'node:crypto';
import type { PublicIdentity } from '../../../src/shared/crypto/keys.js';
import type { WebHostOptions } from '../../../src/main/web/index.js';
import type { Delivery } from '../../../src/shared/protocol/host.js';
import type { EnvelopeOf, LetterKind, VerifiedLetter } from '../../../src/shared/protocol/letters.js';
import type { ProposalView } from '../../../src/shared/protocol/proposals.js';
import { deskIn, temporaryFolder, type DeskUnderTest } from '../desk/desk-in-folder.js';
import { clientOf, makeParty, putList, signedList, TechnicianDouble } from '../desk/letter-parties.js';
import { startApp, type AppDouble } from '../host/app-double.js';
import { PanelDouble, WindowDouble } from '../host/documents.js';

// A customer and a technician over a real host and a real desk: the report is sent, and from then on they correspond.

export interface Customer {
  readonly app: AppDouble;
  readonly window: WindowDouble;
  readonly panel: PanelDouble;
  readonly report: string;
  readonly receiptCode: string;
}

export interface Correspondence {
  readonly desk: DeskUnderTest;
  readonly technician: TechnicianDouble;
  readonly install: PublicIdentity;
  readonly customer: Customer;
}

const log = (message: string): object => ({ type: 'log', t: 10, level: 'log', logger: 'console', message });

export async function correspond(
  options: Partial<WebHostOptions> = {},
  cleanup: (work: () => Promise<unknown>) => void,
): Promise<Correspondence> {
  const folder = await temporaryFolder();
  const desk = await deskIn(folder);
  const [root, party] = await Promise.all([makeParty(), makeParty()]);
  await putList(folder, await signedList(root, [party]));
  const app = await startApp({ desk: { url: desk.url }, rootKeys: [root.keys.signingKey], ...options });
  cleanup(() => app.close());
  const customer = await sendReport(app);
  const { body } = await desk.get<{ report: { install: PublicIdentity } }>(`/api/reports/${customer.report}`);
  const technician = new TechnicianDouble(party, clientOf(desk, party, await desk.cookie()));
  return { desk, technician, install: body.report.install, customer };
}

async function sendReport(app: AppDouble): Promise<Customer> {
  const window = await WindowDouble.open(app.origin);
  const panel = await PanelDouble.open(app.host.panelUrl);
  const answering = window.handOver([window.row('log', 0, [log('from the window')])]);
  const { id } = await panel.createDraft();
  await answering;
  await panel.readyDraft(id);
  await panel.call('sendDraft', { draft: id, description: 'It broke.', consent: true });
  const { deliveries } = (await panel.channel.waitFor('deliveries', (data) =>
    (data as { deliveries: Delivery[] }).deliveries.some(({ status }) => status === 'delivered'),
  )) as { deliveries: Delivery[] };
  const [delivery] = deliveries;
  if (delivery === undefined) throw new Error('No delivery.');
  return { app, window, panel, report: delivery.report, receiptCode: delivery.receiptCode };
}

/** The technician writes a proposal; answers its name, and the hash of its letter. */
export async function propose(
  { technician, install, customer }: Correspondence,
  command: string,
  parameters: Record<string, unknown> = {},
): Promise<{ proposal: string; sha256: string }> {
  const proposal = randomUUID();
  const body = { proposal, report: customer.report, momentMs: 15, command, parameters, reason: 'To see it.' };
  return { proposal, sha256: await technician.write(install, { kind: 'command-proposal', body }) };
}

/** What the panel is told of a proposal, once it fits. */
export async function seen(
  panel: PanelDouble,
  id: string,
  fits: (view: ProposalView) => boolean = () => true,
): Promise<ProposalView> {
  const find = (data: unknown): ProposalView | undefined =>
    (data as { proposals: ProposalView[] }).proposals.find((view) => view.id === id && fits(view));
  const view = find(await panel.channel.waitFor('proposals', (data) => find(data) !== undefined));
  if (view === undefined) throw new Error('Not there.');
  return view;
}

/** Reads letters until one fits; answers all. */
export async function lettersUntil(
  { technician, install }: Correspondence,
  fits: (letter: VerifiedLetter) => boolean,
): Promise<VerifiedLetter[]> {
  const letters: VerifiedLetter[] = [];
  const untilMs = Date.now() + 20_000;
  while (!letters.some(fits)) {
    if (Date.now() > untilMs) throw new Error(`no such letter; what came: ${JSON.stringify(letters).slice(0, 2000)}`);
    letters.push(...(await technician.read(install)));
  }
  return letters;
}

export function bodies<K extends LetterKind>(letters: readonly VerifiedLetter[], kind: K): EnvelopeOf<K>['body'][] {
  return letters.flatMap(({ envelope }) => (envelope.kind === kind ? [envelope.body as EnvelopeOf<K>['body']] : []));
}

export const isResult = ({ envelope }: VerifiedLetter): boolean => envelope.kind === 'command-result';
export const isDecision = ({ envelope }: VerifiedLetter): boolean => envelope.kind === 'command-decision';
