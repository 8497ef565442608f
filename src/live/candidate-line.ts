import * as v from 'valibot';
import { candidateSchema, type Candidate } from '../shared/protocol/live.js';

// RFC 8839, section 5.1: `candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE …`

/**
 * A candidate as the browser writes it. Undefined for what we do not pass on: TCP candidates (a browser opens none that could be
 * connected to), the second component, and whatever is no candidate.
 */
export function parseCandidateLine(line: string): Candidate | undefined {
  const [, component, transport, priority, address, port, typ, type] = line
    .replace(/^(a=)?candidate:/, '')
    .trim()
    .split(/\s+/, 8);
  if (component !== '1' || transport?.toLowerCase() !== 'udp' || typ !== 'typ') return undefined;
  // The port 9 of a candidate that was only announced.
  const parsed = v.safeParse(candidateSchema, { type, address, port: Number(port), priority: Number(priority) });
  return parsed.success ? parsed.output : undefined;
}

/**
 * Candidates of one kind and one family share a foundation: they are tried together (RFC 8445, section 5.1.1.3). `round`: Chromium takes no
 * notice of a candidate that it had before, even where it has given it up; one of another foundation is another one.
 */
export function candidateLine({ type, address, port, priority }: Candidate, round = 0): string {
  const kind = `${{ host: 1, srflx: 2, relay: 3 }[type]}${address.includes(':') ? 6 : 4}`;
  const foundation = round === 0 ? kind : `${kind}r${round}`;
  // Browsers hide the related address too.
  const related = type === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `candidate:${foundation} 1 udp ${priority} ${address} ${port} typ ${type}${related}`;
}

/** An mDNS name in place of an address. */
export function isHidden(address: string): boolean {
  return address.endsWith('.local');
}
