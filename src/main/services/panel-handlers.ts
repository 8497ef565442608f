import type { Handlers, Message } from '../../shared/protocol/contract.js';
import type { PanelContract } from '../../shared/protocol/host.js';
import type { ProposalHandlers } from './commands/proposal-handlers.js';
import type { Drafts } from './drafts.js';
import type { AuditLog } from './audit-log.js';
import type { InstallIdentity } from './identity.js';
import type { LiveHandlers } from './live/live-handlers.js';
import type { Outbox } from './outbox.js';
import type { PanelCaller } from './panel-caller.js';
import type { RecordingState } from './recording-state.js';
import type { Session } from './session.js';

export interface PanelHandlersOptions {
  readonly app: { readonly name: string; readonly version: string };
  readonly session: Session;
  readonly drafts: Drafts;
  readonly outbox: Outbox;
  readonly recording: RecordingState;
  readonly identity: Pick<InstallIdentity, 'keys'>;
  readonly audit: Pick<AuditLog, 'read'>;
  readonly proposals: ProposalHandlers;
  readonly live: LiveHandlers;
  readonly setPaused: (paused: boolean) => Promise<void>;
  readonly stopScreen: () => void;
  readonly wipe: () => Promise<{ windows: number; failed: number }>;
  /** Closes the panel's window where it has one of its own; an embedded panel is closed by the page that embeds it. */
  readonly closePanel: (() => void) | undefined;
}

const NO_BYTES = new Uint8Array(0);
const NOTHING: Message<object> = { value: {}, bytes: NO_BYTES };

export function panelHandlers(options: PanelHandlersOptions): Handlers<PanelContract, PanelCaller> {
  const { app, session, drafts, outbox, recording } = options;
  return {
    state() {
      const { destination } = outbox;
      return Promise.resolve({
        value: {
          app,
          ...(destination === undefined ? {} : { destination }),
          recording: recording.now(),
          deliveries: outbox.list(),
        },
        bytes: NO_BYTES,
      });
    },
    async setPaused({ value }) {
      await options.setPaused(value.paused);
      return NOTHING;
    },
    stopScreen() {
      options.stopScreen();
      return Promise.resolve(NOTHING);
    },
    async wipe() {
      return { value: await options.wipe(), bytes: NO_BYTES };
    },
    async createDraft() {
      return { value: { draft: await drafts.create() }, bytes: NO_BYTES };
    },
    async getDraft({ value }) {
      return { value: { draft: await drafts.view(value.draft) }, bytes: NO_BYTES };
    },
    async selectDraft({ value }) {
      return { value: { draft: await drafts.select(value.draft, value) }, bytes: NO_BYTES };
    },
    async assembleDraft({ value }) {
      const { bytes } = await drafts.assemble(value.draft, value.description);
      return { value: { bytes }, bytes: NO_BYTES };
    },
    async readDraft({ value }) {
      return { value: {}, bytes: await drafts.read(value.draft, value.offset, value.length) };
    },
    async sendDraft({ value }) {
      const { draft, description } = value;
      const words = { session: session.id, app, description, install: options.identity.keys };
      const delivery = await drafts.send(draft, description, (bundle) => outbox.put(bundle, words));
      return { value: { delivery }, bytes: NO_BYTES };
    },
    async discardDraft({ value }) {
      await drafts.discard(value.draft);
      return NOTHING;
    },
    async retryDelivery({ value }) {
      await outbox.retry(value.report);
      return NOTHING;
    },
    async removeDelivery({ value }) {
      await outbox.remove(value.report);
      return NOTHING;
    },
    async readDelivery({ value }) {
      return { value: {}, bytes: await outbox.read(value.report, value.offset, value.length) };
    },
    ...options.proposals,
    ...options.live,
    async audit({ value }) {
      const { records, hasMore } = await options.audit.read(value);
      return { value: { records: [...records], hasMore }, bytes: NO_BYTES };
    },
    closePanel() {
      options.closePanel?.();
      return Promise.resolve(NOTHING);
    },
  };
}
