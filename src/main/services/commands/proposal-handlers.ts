import type { Handlers, Message } from '../../../shared/protocol/contract.js';
import type { PanelContract } from '../../../shared/protocol/host.js';
import { proposalMethods } from '../../../shared/protocol/proposals.js';
import type { PanelCaller } from '../panel-caller.js';
import type { Proposals } from './proposals.js';

export type ProposalHandlers = Pick<Handlers<PanelContract, PanelCaller>, keyof typeof proposalMethods>;

const NO_BYTES = new Uint8Array(0);
const NOTHING: Message<object> = { value: {}, bytes: NO_BYTES };

/** The panel's half of the proposals. */
export function proposalHandlers(proposals: Proposals): ProposalHandlers {
  return {
    listProposals() {
      return Promise.resolve({ value: { proposals: proposals.list() }, bytes: NO_BYTES });
    },
    async lookAtProposal({ value }) {
      return { value: await proposals.lookAt(value.proposal), bytes: NO_BYTES };
    },
    async decideProposal({ value }) {
      await proposals.decide(value.proposal, value.decision, value.effect);
      return NOTHING;
    },
    async stopCommand({ value }) {
      await proposals.stop(value.proposal);
      return NOTHING;
    },
    async readOutput({ value }) {
      return { value: await proposals.output(value.proposal, value.from), bytes: NO_BYTES };
    },
  };
}
