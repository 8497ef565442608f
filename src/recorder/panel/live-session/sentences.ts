import { REACH_SENTENCES } from '../../../shared/protocol/live-ice.js';
import type { LiveHostPhase, LiveSessionView } from '../../../shared/protocol/live-host.js';
import type { Doing } from '../../../shared/protocol/live-messages.js';
import { formatCount } from '../measures.js';

// What the panel says of live sessions. What is promised here must be true of the host as it is.

const PHASE_WORDS: Readonly<Record<LiveHostPhase, string>> = {
  preparing: 'Getting ready…',
  waiting: 'Waiting for the technician to join…',
  signaling: 'Waiting for the technician’s answer…',
  routing: 'Looking for a way between the two computers…',
  securing: 'Securing the connection…',
  channels: 'Almost connected…',
  comparing: 'Connected. Compare the words.',
  open: 'Connected',
  reconnecting: 'The connection was lost and is being looked for. Nothing is shown, and nothing is allowed any more.',
  lost: 'The app’s window is closed or being loaded again. Nothing is shown, and nothing is allowed any more.',
  ended: 'Ended',
};

const DOING_WORDS: Readonly<Record<Doing, string>> = {
  watching: 'Is watching',
  reading: 'Is reading the logs',
  pointing: 'Is pointing at something',
  proposing: 'Is choosing a command',
  'looking-back': 'Is looking at what happened before',
  away: 'Is looking elsewhere',
};

export const words = {
  heading: 'Live session',
  intro:
    'A technician sees this app while it runs, from computer to computer. You decide what they may see and do, and can end it at any moment.',
  loading: 'Looking…',
  begin: 'Begin',
  beginByCode: 'Show a code to read out',
  beginByCodeHint: 'For when you are on the phone with support. The code is good for ten minutes.',
  beginByTexts: 'Copy a text instead',
  beginByTextsHint: 'Without any server: send the technician a text, and paste the one that comes back.',
  beginning: 'One moment…',

  invites: (name: string, organisation: string) => `${name} of ${organisation} would like to begin a live session`,
  about: (code: string) => `About your report ${code}.`,
  accept: 'Accept',
  decline: 'Decline',
  acceptHint: 'Nothing is shown before you have compared four words with each other, and have allowed it.',
  notice: (count: number) =>
    count === 1
      ? 'A technician would like to begin a live session.'
      : `${formatCount(count)} invitations to live sessions.`,
  askedNotice: 'The technician of your live session asks for something.',
  look: 'Look at it',

  verified: 'Verified',
  verifiedHint: (organisation: string) => `Their key is on the list that ${organisation} has signed.`,
  notVerified: 'Not verified',
  notVerifiedHint:
    'Nobody can tell who this is. Go on only if you are talking to somebody whom you know, or whom you have called yourself.',
  stranger: 'Somebody',

  code: 'Read this code to the technician',
  codeSpoken: (spelt: string) => `Spelt out: ${spelt}`,
  codeUntil: (time: string) => `Good until ${time}, and for one technician.`,
  copy: 'Copy',
  copied: 'Copied.',
  copyYourself: 'It could not be copied. It is selected now: copy it yourself.',

  textsFirst: '1. Send this text to the technician',
  textsSecond: '2. Paste the text that the technician sends back',
  textsPlaceholder: 'G…',
  textsPaste: 'Go on',
  textsWait: 'The text is being made…',
  textsUntil: 'Both texts are good for half an hour.',

  compare: 'Do you both see these words?',
  compareHint:
    'Read them to each other, on the phone for instance. If they differ, somebody stands between you: then nothing must be shown.',
  same: 'They are the same',
  differ: 'They differ',
  waitingForOther: 'You have confirmed the words. Waiting for the technician to confirm them, too.',

  asks: 'asks you to allow',
  forAnd: (duration: string) => `For ${duration}, if you do not take it back before.`,
  why: 'Why',
  allow: 'Allow',
  deny: 'Deny',
  deniedAt: (time: string) => `If you do nothing, it is denied by itself at ${time}.`,
  notAskedByKey: 'It is not signed, so nobody can tell who asks.',

  grants: 'What the technician may do',
  noGrants: 'Nothing yet. The technician has to ask for everything, and you will see it here.',
  until: (time: string) => `Until ${time}`,
  takeBack: 'Take back',
  takeAllBack: 'Take all back',
  hotkey: 'Also by Ctrl+Shift+E (on a Mac Cmd+Shift+E) in the app’s window.',

  keepsNow:
    'From your Allow on, everything that this app’s windows show and record is kept: the log, network requests, errors, what you do, and a video where one is on. So are the messages and what you allow in this session. Nothing from before.',
  keepsMasked: 'What is masked in recordings is masked in this one, too.',
  keepsJoins: (code: string, origin: string) =>
    `It goes to the support desk at ${origin} and joins your report ${code}, a part every few minutes. What was sent stays with support for as long as they keep that report.`,
  keepsNew: (origin: string) =>
    `It goes to the support desk at ${origin} as a new report, a part every few minutes; you see its receipt code here. What was sent stays with support for as long as they keep the report.`,
  keepsHere:
    'No support desk is set up in this app: it stays on this computer, as files under “Earlier reports” that you can save and hand on.',
  keepsUntil: (duration: string) =>
    `For ${duration}, or until you stop it or the session ends. What was recorded until then is sent; nothing after it.`,

  recorded: 'Recording for support',
  recordedOn: (time: string) => `This session has been recorded for support since ${time}.`,
  recordedOff: 'The recording of this session has ended.',
  recordedParts: (parts: number) =>
    parts === 1 ? 'One part is on its way or there.' : `${formatCount(parts)} parts are on their way or there.`,
  recordedSending: 'A part is being put together…',
  recordedNothing: 'Nothing of it was sent: nothing was recorded in that time.',
  recordedCode: 'Receipt code of the report',
  recordedProblem: 'A part could not be put together.',
  stopRecording: 'Stop recording',

  chat: 'Messages',
  chatEmpty: 'No messages yet.',
  chatField: 'Write a message',
  chatSend: 'Send',
  you: 'You',
  technician: 'Technician',

  end: 'End session',
  ended: 'The live session has ended',
  dismiss: 'Close',
  unstable: 'Nothing comes through at the moment.',
  notConnected: 'The app does not answer at the moment.',
  busy: 'One moment…',
} as const;

export function phaseWords(phase: LiveHostPhase): string {
  return PHASE_WORDS[phase];
}

export function doingWords(doing: Doing): string {
  return DOING_WORDS[doing];
}

export function reachWords({ reach }: Pick<LiveSessionView, 'reach'>): string {
  return REACH_SENTENCES[reach];
}

/** `Good connection, 24 ms, through a relay`. The limits are those at which people notice: see docs/live-protocol.md. */
export function qualityWords({ roundTripMs, lossRatio = 0, route }: NonNullable<LiveSessionView['quality']>): string {
  const isBad = (roundTripMs ?? 0) > 400 || lossRatio > 0.05;
  const isFair = (roundTripMs ?? 0) > 150 || lossRatio > 0.01;
  const parts = [
    `${isBad ? 'Bad' : isFair ? 'Fair' : 'Good'} connection`,
    ...(roundTripMs === undefined ? [] : [`${formatCount(Math.round(roundTripMs))} ms`]),
    ...(lossRatio >= 0.005 ? [`${formatCount(Math.round(lossRatio * 100))} % lost`] : []),
    ...(route === 'relay' ? ['through a relay that cannot read it'] : []),
  ];
  return parts.join(', ');
}
