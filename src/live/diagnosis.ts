import type { Candidate } from '../shared/protocol/live.js';
import type { LiveErrorCode } from '../shared/protocol/live-errors.js';
import { reachOf, type IceServer } from '../shared/protocol/live-ice.js';
import { isHidden } from './candidate-line.js';

export interface IceTrial {
  readonly servers: readonly IceServer[];
  /** What each side told the other of where it can be reached. */
  readonly local: readonly Candidate[];
  readonly remote: readonly Candidate[];
  /** Of `icecandidateerror` (RFC 8489, section 14.8, and 701: no answer) for TURN servers. */
  readonly relayErrors: readonly number[];
}

/** No answer at all, or no connection: what a browser says of a server that it cannot reach. */
const UNREACHABLE = 701;

/** Why no way was found, and so what can be done. */
export function diagnose({ servers, local, remote, relayErrors }: IceTrial): LiveErrorCode {
  const reach = reachOf(servers);
  if (reach === 'same-network') return 'live-same-network-only';
  if ([...local, ...remote].some(({ type }) => type === 'relay')) return 'live-no-way';
  if (reach === 'everywhere') {
    return relayErrors.some((code) => code !== UNREACHABLE) ? 'live-relay-refused' : 'live-relay-unreachable';
  }
  if (remote.every(({ address }) => isHidden(address))) return 'live-addresses-hidden';
  return 'live-no-direct-way';
}
