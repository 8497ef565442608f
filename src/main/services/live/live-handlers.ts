import type { Handlers, Message } from '../../../shared/protocol/contract.js';
import type { PanelContract } from '../../../shared/protocol/host.js';
import type { livePanelMethods } from '../../../shared/protocol/live-host.js';
import type { PanelCaller } from '../panel-caller.js';
import type { Live } from './live.js';
import { LiveServiceError } from './live-service-error.js';

export type LiveHandlers = Pick<Handlers<PanelContract, PanelCaller>, keyof typeof livePanelMethods>;

const NO_BYTES = new Uint8Array(0);
const NOTHING: Message<object> = { value: {}, bytes: NO_BYTES };

/** The panel's half of live sessions: the only one that begins, confirms or grants anything. */
export function liveHandlers(live: Live): LiveHandlers {
  return {
    getLive() {
      return Promise.resolve({ value: live.view(), bytes: NO_BYTES });
    },
    async beginLive({ value }) {
      await live.begin(value.way);
      return NOTHING;
    },
    async acceptInvitation({ value }) {
      await live.accept(value.invitation);
      return NOTHING;
    },
    async declineInvitation({ value }) {
      await live.decline(value.invitation);
      return NOTHING;
    },
    pastePairingText({ value }) {
      live.run(value.session).paste(value.text);
      return Promise.resolve(NOTHING);
    },
    async confirmWords({ value }) {
      await live.run(value.session).confirm(value.words, value.areSame);
      return NOTHING;
    },
    async decideGrant({ value }) {
      const run = live.run(value.session);
      if (!run.isOpen) throw new LiveServiceError('live-not-open');
      await run.grants.decide(value.grant, value.decision, value.durationMs);
      return NOTHING;
    },
    async withdrawGrant({ value }) {
      const { grants } = live.run(value.session);
      if (value.grant === undefined) await grants.withdrawAll('taken-back');
      else await grants.withdraw(value.grant, 'taken-back');
      return NOTHING;
    },
    sayInChat({ value }) {
      live.run(value.session).say(value.text);
      return Promise.resolve(NOTHING);
    },
    async endLive({ value }) {
      await live.endSession(value.session);
      return NOTHING;
    },
    dismissLive({ value }) {
      live.dismiss(value.session);
      return Promise.resolve(NOTHING);
    },
  };
}
