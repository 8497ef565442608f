import type { Candidate } from '../shared/protocol/live.js';
import { candidateLine } from './candidate-line.js';

/** Twice what one description may hold. */
const MAX_REMOTE_CANDIDATES = 48;
/** While no way is found, they are tried anew: whoever answers a copied text is minutes late. */
const NUDGE_MS = 3000;

/** Where the other side says that it can be reached. */
export class RemoteCandidates {
  readonly #connection: RTCPeerConnection;
  readonly #all: Candidate[] = [];
  #nudging: ReturnType<typeof setInterval> | undefined;
  /** How often they were tried anew. */
  #round = 0;

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
  }

  get all(): readonly Candidate[] {
    return this.#all;
  }

  /** Answers whether there was room for it. */
  add(...candidates: readonly Candidate[]): boolean {
    if (this.#all.length + candidates.length > MAX_REMOTE_CANDIDATES) return false;
    this.#all.push(...candidates);
    return true;
  }

  /**
   * Whenever ICE has given up on every pair, it begins anew, until `stopNudging`. The other side may only now have got our description; and
   * what we send keeps the way through our own NAT open for it.
   */
  startNudging(): void {
    clearInterval(this.#nudging);
    this.#nudging = setInterval(() => {
      if (!['failed', 'disconnected'].includes(this.#connection.iceConnectionState)) return;
      this.#round += 1;
      for (const candidate of this.#all) {
        // One that it takes no more changes nothing for the others.
        this.#connection.addIceCandidate(toInit(candidate, this.#round)).catch(() => undefined);
      }
    }, NUDGE_MS);
  }

  stopNudging(): void {
    clearInterval(this.#nudging);
  }
}

/** Everything is bundled into the first section, whose name is `0` in every browser's SDP and in ours. */
export function toInit(candidate: Candidate, round = 0): RTCIceCandidateInit {
  return { candidate: candidateLine(candidate, round), sdpMid: '0', sdpMLineIndex: 0 };
}
