import type { BuiltInLane, Lane } from '../../shared/session/lane.js';
import { isOwnLane, ownLaneWords } from '../../shared/session/own-lane.js';
import type { Delivery, RecordingState } from '../../shared/protocol/host.js';
import { formatBytes, formatCount, formatDuration } from './measures.js';

// Every sentence that the panel says, in one place: so that they can be read as a whole, checked by people who do not
// read code, and translated one day. What is promised here must be true of the recorder as it is.

const plural = (n: number, one: string, many: string): string => `${formatCount(n)} ${n === 1 ? one : many}`;

interface LaneWords {
  readonly name: string;
  readonly what: string;
}

/** The lanes in people's words. The order is the one in which the form lists them. */
const LANE_WORDS: Readonly<Record<BuiltInLane, LaneWords>> = {
  dom: {
    name: 'What the window showed',
    what: 'The contents of the window as they changed, with the pointer, clicks and scrolling.',
  },
  screen: {
    name: 'Video of the screen',
    what: 'Only while you had it recorded: a video of the window, with fields painted over, or of the screen that you chose, as it was.',
  },
  thumbnail: { name: 'Small pictures of that video', what: 'One every few seconds, to find a moment by.' },
  action: { name: 'What you did, in words', what: 'For example: clicked button “Sync now”.' },
  error: { name: 'Errors', what: 'What went wrong inside the app, and where in its code.' },
  log: { name: 'The app’s log', what: 'The notes that the app writes about its own work.' },
  network: {
    name: 'Network requests',
    what: 'Addresses, times, sizes and results of what the app asked servers for. Not their contents.',
  },
  recorder: { name: 'About the recording', what: 'When it was started or paused, and what it had to leave out.' },
  live: {
    name: 'Live sessions',
    what: 'Only while you had one recorded: its messages, what you allowed, and how the connection was.',
  },
};

const LANE_ORDER: readonly BuiltInLane[] = [
  'dom',
  'screen',
  'thumbnail',
  'action',
  'error',
  'log',
  'network',
  'recorder',
  'live',
];

/** A lane of the app's own goes by the name that the app gave it. */
export function laneWords(lane: Lane): LaneWords {
  if (!isOwnLane(lane)) return LANE_WORDS[lane];
  return { name: ownLaneWords(lane), what: 'What the makers of the app have it note about this.' };
}

/** As the form lists them: ours, then the app's own by name. */
export function inFormOrder(lanes: Iterable<Lane>): Lane[] {
  const present = new Set(lanes);
  return [...LANE_ORDER.filter((lane) => present.has(lane)), ...[...present].filter(isOwnLane).sort()];
}

export const RECORDING_WORDS: Readonly<Record<RecordingState, { readonly name: string; readonly what: string }>> = {
  starting: { name: 'Starting', what: 'The recorder is getting ready.' },
  recording: {
    name: 'Recording',
    what: 'The last minutes are kept on this computer and overwritten again and again. Nothing is sent.',
  },
  paused: { name: 'Paused', what: 'Nothing is recorded until you resume. What was recorded before is still here.' },
  failed: { name: 'Not recording', what: 'The recorder has stopped.' },
};

export const DELIVERY_WORDS: Readonly<Record<Delivery['status'], string>> = {
  queued: 'Waiting for its turn',
  sending: 'Being sent',
  waiting: 'Waiting to try again',
  delivered: 'Delivered',
  quarantined: 'Delivered, but unreadable',
  refused: 'Refused',
  stored: 'Kept on this computer',
};

export const say = {
  title: 'Diagnostics',
  documentTitle: (app: string) => `Diagnostics for ${app}`,
  views: { send: 'Send', recording: 'Recording', wipe: 'Wipe', approvals: 'Requests', live: 'Live' },
  viewsLabel: 'What to do',
  close: 'Close',
  tryAgain: 'Try again',
  cancel: 'Cancel',

  connecting: 'Connecting to the app…',
  connectionLost:
    'The app does not answer at the moment. Nothing is lost: this panel connects again by itself as soon as it does.',
  unreachable: 'The app does not answer. This panel tries again by itself; if it stays like this, restart the app.',
  refused:
    'The app was started again, and this panel is from before. Nothing was sent from it. Load it again to go on.',
  reload: 'Load again',
  noCapability:
    'This panel was opened outside the app, so it can do nothing. Close it and choose Send Diagnostics in the app.',

  send: {
    heading: 'Send diagnostics',
    starting: 'Asking the app for its recording…',
    collectingHeading: 'Collecting the recording',
    collecting: (answered: number, asked: number) =>
      asked === 0 ? 'Collecting…' : `${formatCount(answered)} of ${plural(asked, 'window', 'windows')} collected.`,
    collectingHint: 'It stays on this computer. You will see what is in it before anything is sent.',
    emptyHeading: 'Nothing is recorded yet',
    empty: 'There is nothing to send. Use the app until the problem shows, then come back.',
    emptyPaused:
      'Recording is paused, and nothing from before is left. Resume it, let the problem show, and come back.',
    goRecording: 'Go to Recording',
    failedHeading: 'The recording could not be collected',
    failedHint: 'Nothing was sent and the recording is still on this computer.',
    notesHeading: 'What is missing',

    descriptionLabel: 'What happened?',
    descriptionHint: 'Optional, and it helps: what you did, what you expected, what you saw instead.',
    descriptionPlaceholder: 'I pressed Sync now and…',
    descriptionLeft: (left: number) => `${plural(left, 'character', 'characters')} left`,

    timeHeading: 'Which part of the time',
    lastMinutes: (minutes: number) => `Last ${formatCount(minutes)} minutes`,
    everything: 'Everything',
    exact: 'Exact times',
    from: 'From',
    to: 'To',
    fromSlider: 'Start of the part to send',
    toSlider: 'End of the part to send',
    sliderValue: (time: string, beforeEndMs: number) =>
      beforeEndMs < 1000
        ? `${time}, the end of the recording`
        : `${time}, ${formatDuration(beforeEndMs)} before the end`,
    reaches: (from: string, to: string) =>
      `The recording is cut in pieces of a few seconds to a minute; whole pieces are sent: from ${from} to ${to}.`,
    gaps: 'Where the bar has gaps, nothing was recorded: recording was paused, or the app was not running.',
    badTime: (from: string, to: string) => `Choose a time between ${from} and ${to}.`,
    startAfterEnd: 'The start must lie before the end.',

    lanesHeading: 'What is included',
    laneSize: (events: number, bytes: number) => `${plural(events, 'entry', 'entries')}, ${formatBytes(bytes)}`,
    laneLeftOut: 'left out',
    laneNone: 'nothing in this time',
    total: 'All together, as one file',
    measuring: 'measuring…',

    othersHeading: 'What others will be able to see',
    othersWindow:
      'Everything that the app’s windows showed in this time: names, numbers and texts on them, and where you clicked.',
    othersNoWindow: 'Not what the windows showed: you left that out.',
    othersRest:
      'The rest is technical, but it can name things you worked on, such as addresses of requests and log lines.',
    othersMasked:
      'Not what you typed into fields: it is masked before it is recorded, passwords always. Only a field that the makers of the app marked as harmless is excepted.',
    othersNever: 'Not other programs, not the rest of your screen, not your files.',
    othersVideo:
      'The video that you had recorded: the app’s window with fields painted over or, if you chose a whole screen, everything that was on it.',
    othersNeverFiles: 'Not what you did not have recorded, and not your files.',

    destination: (origin: string, app: string) =>
      `Nothing has been sent yet. What you choose goes to the support desk of ${app} at ${origin}, and to nobody else.`,
    noDestination: 'No support desk is set up in this app. You can save the file and hand it on yourself.',
    consent: (size: string, from: string, to: string, origin: string, app: string) =>
      `Nothing has been sent yet. Send gives ${size}, recorded from ${from} to ${to}, to the support desk of ${app} at ${origin}, and to nobody else.`,
    button: (size: string) => `Send ${size}`,
    buttonPlain: 'Send',
    nothingChosen: 'Choose at least one kind of recording to send.',
    nothingInRange: 'There is nothing in this part of the time. Choose a longer one.',
    stillMeasuring: 'One moment: what would be sent is still being measured.',
    notConnected: 'The app does not answer at the moment. Try again when it does.',
    busySaving: 'One moment: the file is being saved.',
    sendingHeading: 'Putting the report together',
    sending: 'It is written to this computer’s disk first, so that it is not lost, whatever happens on the way.',
    cancelling: 'Cancelling…',
    idle: 'Nothing was sent.',
    again: 'Start again',

    discardHeading: 'Close without sending?',
    discard: 'What you wrote here will be gone. The recording itself stays.',
    discardYes: 'Discard and close',
    discardNo: 'Keep writing',
  },

  preview: {
    heading: 'See it yourself first',
    button: 'Show what will be sent',
    hint: 'Plays and lists the very file that would be sent. It does not leave this computer.',
    opening: 'Preparing the file…',
    hide: 'Hide',
    stale: 'You changed what is sent, so the file is another one now.',
    changed: 'What is sent has changed meanwhile. Show it again.',
    noDom: 'What the windows showed is not included, so there is nothing to play.',
    gap: 'Nothing was recorded at this moment.',
    look: 'Show',
    lookAtPage: 'What the windows showed',
    lookAtVideo: 'The video',
    videoGap: 'There is no video of this moment.',
    videoOpening: 'Reading the video…',
    play: 'Play',
    pause: 'Pause',
    position: 'Moment',
    positionValue: (time: string, ms: number, totalMs: number) =>
      `${time}, ${formatDuration(ms)} of ${formatDuration(totalMs)}`,
    speed: 'Speed',
    times: (speed: number) => `${formatCount(speed)} ×`,
    window: 'Window',
    windowByItself: 'The one in use',
    skip: 'Skip quiet times',
    ownLanes: 'What the app itself has noted',
    linesHeading: (name: string, n: number) => `${name}: ${plural(n, 'entry', 'entries')}`,
    linesReading: 'Reading…',
    linesMore: (n: number) => `Show ${formatCount(n)} more`,
    linesBroken: (n: number) => `${plural(n, 'entry', 'entries')} could not be read.`,
  },

  save: {
    button: 'Save to file…',
    preparing: 'Preparing the file…',
    saving: (done: number, total: number) => `${formatBytes(done)} of ${formatBytes(total)} saved`,
    saved: (bytes: number) => `Saved (${formatBytes(bytes)}). You can hand this file to support yourself.`,
    truncated: 'The file could not be read to its end, so it was not saved. Try again.',
    notWritten: 'The file could not be written. Check that there is room on the disk and try again.',
    progressLabel: 'Saving',
  },

  receipt: {
    heading: 'Your receipt code',
    hint: 'Support finds your report by this code. You can read it out on the phone.',
    spoken: (words: string) => `The code, letter by letter: ${words}.`,
    copy: 'Copy code',
    copied: 'Copied.',
    copyYourself: 'The code is selected: press Ctrl+C, or Cmd+C on a Mac, to copy it.',
    queued: 'Your report is safe on this computer and is sent next.',
    sending: (percent: number) => `Being sent: ${formatCount(percent)} %. You can close this panel and go on working.`,
    waiting: (when: string) =>
      `The desk cannot be reached. Your report is safe on this computer and is sent by itself; next try ${when}.`,
    openable: 'The most important part has arrived: support can open it already.',
    delivered: 'Delivered. Support can open it now.',
    quarantined:
      'The desk has your report but could not read it. Save the file and hand it to support together with the code.',
    refused: 'The desk refused your report. Save the file and hand it to support another way.',
    stored: 'Kept on this computer. Save the file and hand it to support.',
    gone: 'This report is no longer on the list.',
    retryNow: 'Try now',
    stop: 'Do not send it',
    another: 'Send another',
    now: 'now',
    inTime: (ms: number) => `in ${formatDuration(ms)}`,
    progressLabel: 'Sent',
  },

  deliveries: {
    heading: 'Earlier reports',
    count: (n: number) => plural(n, 'report', 'reports'),
    retry: (code: string) => `Try now to send ${code}`,
    save: (code: string) => `Save ${code} to a file`,
    remove: (code: string) => `Remove ${code} from the list`,
    removeShort: 'Remove',
    saveShort: 'Save',
    dropHeading: 'Do not send this report?',
    drop: (code: string) =>
      `Report ${code} has not been delivered. It will be deleted from this computer, and nobody can find it by its code.`,
    dropYes: 'Delete it',
    dropNo: 'Keep it',
  },

  recording: {
    heading: 'Recording',
    forLabel: 'Kept now',
    forLast: (ms: number) => `the last ${formatDuration(ms)}`,
    forNothing: 'nothing yet',
    windowsLabel: 'Windows',
    windows: (n: number) => (n === 0 ? 'none open' : formatCount(n)),
    sizeLabel: 'On this computer',
    limitsLabel: 'Never more than',
    limits: (ageMs: number, bytes: number) =>
      `${formatDuration(ageMs)} or ${formatBytes(bytes)}, the older part is dropped`,
    droppedLabel: 'Left out',
    dropped: (n: number) => `${plural(n, 'entry', 'entries')} that could not be kept`,
    lanesHeading: 'What is kept',
    laneColumn: 'Kind',
    eventsColumn: 'Entries',
    sizeColumn: 'Size',
    noLanes: 'Nothing is kept at the moment.',
    pause: 'Pause recording',
    resume: 'Resume recording',
    wipe: 'Wipe…',
    screen: {
      app: 'A video of the app’s window is being recorded. Fields and what the makers of the app marked are painted over.',
      screen:
        'A video of the screen that you chose is being recorded, with everything on it, other programs too. Nothing is painted over.',
    },
    stopScreen: 'Stop the video',
    failedHint: 'Restart the app to record again.',
  },

  wipe: {
    heading: 'Wipe the recording?',
    intro: (ms: number | undefined) =>
      ms === undefined
        ? 'This erases what is recorded on this computer.'
        : `This erases the last ${formatDuration(ms)} from this computer. It cannot be undone.`,
    goesHeading: 'What goes',
    goes: [
      'What all windows showed, the log, errors, requests and actions.',
      'A report that is being prepared but not sent.',
    ],
    staysHeading: 'What stays',
    stays: (undelivered: number) => [
      undelivered === 0
        ? 'Reports that were sent.'
        : `Reports that were sent, and ${plural(undelivered, 'report that is', 'reports that are')} still on the way. Remove those under Send.`,
      'Recording goes on afterwards, from nothing. Pause it if you do not want that.',
    ],
    button: 'Wipe now',
    wiping: 'Wiping…',
    doneHeading: 'Wiped',
    done: (windows: number) =>
      windows === 0
        ? 'The recording is erased.'
        : `The recording is erased, in ${plural(windows, 'window', 'windows')}.`,
    partly: (failed: number) =>
      `${plural(failed, 'window', 'windows')} did not confirm. What they kept may still be there: close them and wipe again.`,
    partlyHeading: 'Not everything is wiped',
    again: 'Wipe again',
  },

  guard: {
    // Short: their room is kept free at every guarded button.
    tooSoon: 'That was too quick. Press it again in a moment.',
    hidden: 'Not all of this can be seen. Uncover it or scroll, then press it again.',
    notTrusted: 'This button acts only when a person presses it.',
  },
} as const;
