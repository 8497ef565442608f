import { GRANT_WORDS, GRANTS, WITHDRAWAL_SENTENCES, type Withdrawal } from '../../../shared/protocol/live-grants.js';
import type { LiveReport } from '../../../shared/protocol/live-host.js';
import type { Doing } from '../../../shared/protocol/live-messages.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { GrantEvent } from './grants.js';

// What the live lane says in words, for whoever reads a report.

const DOING_WORDS: Readonly<Record<Doing, string>> = {
  watching: 'The technician is watching.',
  reading: 'The technician is reading the logs.',
  pointing: 'The technician is pointing at something.',
  proposing: 'The technician is choosing a command.',
  'looking-back': 'The technician is looking at what happened before.',
  away: 'The technician is looking elsewhere.',
};

export const BEGAN = 'The live session is recorded from here on: the customer has allowed it.';

export function endWords(reason: Withdrawal): string {
  return `The live session is not recorded any more. ${WITHDRAWAL_SENTENCES[reason]}`;
}

export function withWords(from: LetterSender | undefined, otherName: string | undefined): string {
  if (from === undefined) return `Connected with ${otherName ?? 'somebody'}, who is not verified.`;
  const { name = 'somebody', organisation } = from;
  return `Connected with ${name}${organisation === undefined ? '' : ` of ${organisation}`}, verified by their key.`;
}

export function grantWords({ state, kind, reason }: GrantEvent): string {
  const title = `“${titleOf(kind)}”`;
  switch (state) {
    case 'asked':
      return `The technician asks for ${title}.`;
    case 'given':
      return `The customer allowed ${title}.`;
    case 'refused':
      return `${title} was not put before the customer.`;
    case 'ended':
      return `${title}: ${reason === undefined ? 'ended.' : WITHDRAWAL_SENTENCES[reason]}`;
  }
}

export function doingWords(doing: Doing): string {
  return DOING_WORDS[doing];
}

export function qualityWords({ quality = {}, isUnstable }: Pick<LiveReport, 'quality' | 'isUnstable'>): string {
  if (isUnstable) return 'Nothing comes through at the moment.';
  const { roundTripMs, lossRatio = 0, route } = quality;
  const facts = [
    ...(roundTripMs === undefined ? [] : [`${Math.round(roundTripMs)} ms`]),
    ...(lossRatio >= 0.005 ? [`${Math.round(lossRatio * 100)} % lost`] : []),
    ...(route === undefined ? [] : [route === 'relay' ? 'through a relay' : 'direct']),
  ];
  return facts.length === 0 ? 'Connected.' : `Connection: ${facts.join(', ')}.`;
}

export function videoWords({ state, surface }: NonNullable<LiveReport['video']>): string {
  const of = surface === undefined ? '' : surface === 'app' ? ' of the app’s window' : ' of a screen';
  return `Video${of}: ${state}.`;
}

export function commandWords(command: string | undefined, state: string): string {
  return `Command${command === undefined ? '' : ` “${command}”`}: ${state}.`;
}

function titleOf(kind: string): string {
  const known = GRANTS.find((one) => one === kind);
  return known === undefined ? kind : GRANT_WORDS[known].title;
}
