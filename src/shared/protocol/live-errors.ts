import { FluxionError } from '../errors.js';

// Every reason for which a live session does not begin, or ends: its code (stable), what happened, and what to do next.
const SENTENCES = {
  // Finding each other.
  'live-desk-unreachable':
    'The support team’s server cannot be reached, so the two sides cannot find each other through it. Check the network, or pair by copying a text.',
  'live-desk-refused': 'The support team’s server does not know this live session any more. Begin a new one.',
  'live-code-mistyped':
    'This is not a pairing code: a character is wrong or missing. Ask the customer to read it again.',
  'live-peer-absent': 'Nobody joined in time. Begin again and read the new code to the technician.',
  'live-no-answer':
    'The other side did not answer in time. Begin again; both sides must stay open until they are connected.',
  'live-declined': 'The other side does not take part in this live session.',
  'live-version': 'The other side uses another version of live sessions. Update both apps, then begin again.',
  // A text to paste.
  'pairing-unreadable': 'This is not a pairing text. Copy the whole text that the other side shows, and nothing else.',
  'pairing-incomplete': 'A piece of this pairing text is missing. Copy it again, from its first to its last character.',
  'pairing-mistyped': 'This pairing text was changed on its way. Copy it again instead of typing it.',
  'pairing-own-kind': 'This is the text that your own side made. Paste the one that the other side shows.',
  'pairing-newer': 'This pairing text was made by a newer version. Update this app, then begin again.',
  'pairing-too-old': 'This pairing text is too old to be of use. Ask the other side to begin again.',
  'pairing-clock':
    'By the clock of this computer the pairing text was made in the future. Check the date and the time on both computers.',
  'pairing-other-offer':
    'This answer belongs to another pairing text. Ask for the answer to the text that is shown here.',
  // Finding a way.
  'live-same-network-only':
    'No way was found between the two computers. Without a server that helps (STUN or TURN) both must be in the same network or VPN: join one, or ask the support team to set such a server up.',
  'live-no-direct-way':
    'No direct way was found between the two networks, and no relay is set up. Try from another network, or ask the support team to set up a TURN server.',
  'live-relay-unreachable':
    'No direct way was found, and the relay cannot be reached from this network. Ask whoever runs the network to allow the TURN server, best over TCP port 443.',
  'live-relay-refused':
    'No direct way was found, and the relay did not accept the credentials. Begin again; if it stays, the desk and the TURN server do not share the same secret.',
  'live-no-way':
    'No way was found between the two computers, not even through the relay. Check that both are still connected to the network, then begin again.',
  'live-addresses-hidden':
    'No way was found: the other side told only hidden addresses, which work in its own network alone. Join the same network, or set up STUN or TURN.',
  'live-not-secured':
    'The way is open, but the other end does not hold the key that it announced. Somebody may stand between: begin again, by another way of pairing.',
  'live-channels-failed': 'The connection stood, but nothing came through it. Begin again.',
  // Making sure who it is.
  'live-tampered':
    'What the two sides agreed on was changed on its way. Somebody may stand between: begin again, by another way of pairing.',
  'live-words-differ':
    'The safety words differ, so somebody stands between the two sides. Nothing was shown. Do not go on this way; call each other by a number that you know.',
  'live-not-confirmed': 'The safety words were not confirmed in time. Begin again.',
  'live-too-early': 'The other side sent something before both had confirmed the safety words. The session was ended.',
  // While it is open.
  'live-malformed': 'The other side sent something that cannot be understood. The session was ended.',
  'live-flooded': 'The other side sent more than can be taken in. The session was ended.',
  'live-not-granted': 'The technician’s side did something that was never granted to it. The session was ended.',
  'live-too-large': 'This is larger than one message of a live session may be.',
  'live-backlog': 'The connection is too slow for what is to be sent. Something was left out.',
  'live-lost': 'The connection was lost. Check the network on both sides, then begin again.',
  'live-ended': 'The other side ended the live session.',
  'live-closed': 'The live session has ended.',
  'live-unsupported': 'This browser cannot make a live connection.',
} as const;

export type LiveErrorCode = keyof typeof SENTENCES;

export function isLiveErrorCode(code: string): code is LiveErrorCode {
  return Object.hasOwn(SENTENCES, code);
}

/** What no program that keeps to the protocol does, nor any network: somebody is on the other side, or in between, who tries. */
const OFFENCES: readonly LiveErrorCode[] = [
  'live-not-secured',
  'live-tampered',
  'live-too-early',
  'live-malformed',
  'live-flooded',
  'live-not-granted',
];

export function isLiveOffence(code: LiveErrorCode): boolean {
  return OFFENCES.includes(code);
}

/** Why a live session did not begin, or ended. */
export class LiveError extends FluxionError {
  declare readonly code: LiveErrorCode;

  constructor(code: LiveErrorCode, options?: ErrorOptions) {
    super(code, SENTENCES[code], options);
  }
}
