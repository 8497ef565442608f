import type { GrantKind } from '../../../shared/protocol/live-grants.js';
import type { SessionMessageOf } from '../../../shared/protocol/live-messages.js';
import type { AppState } from '../../state/live-picture.svelte.js';
import type { LiveSession, LiveState, LiveWay } from '../../state/live-session.svelte.js';
import { formatDuration } from '../../text/duration.js';

// What the technician reads of a live session. What is promised here must be true of both sides as they are.

type Phase = LiveState['phase'];

interface PhaseWords {
  readonly title: string;
  readonly next: string;
}

const CARRY: PhaseWords = {
  title: 'Waiting for your text to arrive',
  next: 'Send it to the customer, who pastes it into their app. Leave this page open until they have.',
};

/** How far it is, and what a person has to do meanwhile. */
export function phaseWords(phase: Phase, way: LiveWay): PhaseWords {
  switch (phase) {
    case 'waiting':
      return way === 'letters'
        ? {
            title: 'Waiting for the customer',
            next: 'The invitation is in their app. They accept it there, or decline it.',
          }
        : { title: 'Waiting for the customer’s app', next: 'It must be open, with its Live page in view.' };
    case 'signaling':
      return { title: 'Waiting for the customer’s app to answer', next: 'Both sides must stay open.' };
    case 'routing':
      return way === 'texts'
        ? CARRY
        : { title: 'Looking for a way between the two computers', next: 'This takes half a minute at most.' };
    case 'securing':
      // A browser answers before its person has pasted anything.
      return way === 'texts' ? CARRY : { title: 'Securing the connection', next: 'One moment.' };
    case 'channels':
      return { title: 'Almost connected', next: 'One moment.' };
    case 'comparing':
      return {
        title: 'Compare the words',
        next: 'Nothing is shown, and nothing can be done, before both of you have.',
      };
    case 'open':
      return { title: 'Connected', next: '' };
    case 'reconnecting':
      return {
        title: 'The connection was lost and is being looked for',
        next: 'What was allowed is over; ask again once it is back. After three minutes the session ends.',
      };
    case 'ended':
      return { title: 'The live session has ended', next: '' };
  }
}

/** What a grant is for, on the technician's side. */
export const ASK_WORDS: Readonly<Record<GrantKind, string>> = {
  'view-dom': 'See the app',
  'view-video': 'See a video',
  console: 'Read the logs',
  screenshot: 'Take pictures',
  commands: 'Propose commands',
  point: 'Point at things',
  chat: 'Write messages',
  'be-recorded': 'Record this session',
};

/** What the customer's app says of its picture; undefined where it goes on. */
export const APP_WORDS: Readonly<Record<AppState, string | undefined>> = {
  on: undefined,
  resting: 'The app changes too fast to follow. The picture goes on when it is calm again.',
  paused: 'The customer has paused recording: nothing is shown until they go on.',
  hidden: 'The app’s window is hidden or minimised.',
};

export const VIDEO_WORDS: Readonly<Record<SessionMessageOf<'video-state'>['state'], string | undefined>> = {
  off: 'There is no video.',
  asking: 'The customer is being asked what to show.',
  on: undefined,
  hidden: 'The app’s window is hidden or minimised.',
  denied: 'The customer’s computer did not allow it.',
  failed: 'The video could not be made.',
  unsupported: 'The customer’s app cannot make a video here.',
};

/** `64 ms, direct`; undefined until something was measured. */
export function qualityWords({
  quality,
  theirQuality,
}: Pick<LiveSession, 'quality' | 'theirQuality'>): string | undefined {
  if (quality === undefined) return undefined;
  const parts: string[] = [];
  const roundTripMs = quality.roundTripMs ?? theirQuality?.roundTripMs;
  if (roundTripMs !== undefined) parts.push(formatDuration(Math.round(roundTripMs)));
  // The worse of the two: each side measures what it sends and what it gets.
  const loss = Math.max(quality.lossRatio ?? 0, theirQuality?.lossRatio ?? 0);
  if (loss >= 0.005) parts.push(`${Math.round(loss * 100)} % lost`);
  if (quality.route !== undefined) {
    parts.push(quality.route === 'direct' ? 'direct' : `by a relay${protocolWords(quality.relayProtocol)}`);
  }
  return parts.length === 0 ? undefined : parts.join(', ');
}

function protocolWords(protocol: 'udp' | 'tcp' | 'tls' | undefined): string {
  return protocol === undefined || protocol === 'udp' ? '' : ` over ${protocol.toUpperCase()}`;
}

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

export function timeOfDay(wallMs: number): string {
  return Math.abs(wallMs) <= 8.64e15 ? time.format(wallMs) : '';
}
