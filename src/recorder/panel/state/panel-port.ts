import { FluxionError } from '../../../shared/errors.js';
import type { HostPort } from '../../../shared/protocol/contract.js';
import type { PanelContract } from '../../../shared/protocol/host.js';

export type PanelPort = HostPort<PanelContract>;

/** The code of a call that did not reach the host; it is tried again when the connection is back. */
const HOST_UNREACHABLE = 'host-unreachable';

export function isUnreachable(error: unknown): boolean {
  return error instanceof FluxionError && error.code === HOST_UNREACHABLE;
}
