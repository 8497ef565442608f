import type { LaneEvent } from '../../../src/shared/session/lane.js';
import { makeBundle, testSource } from '../../unit/viewer/make-bundle.js';
import { recordPage, type Recording } from '../replay/recording.js';

export interface RecordedReport {
  readonly recording: Recording;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Report time of each step of the page. */
  readonly stepMs: readonly number[];
}

/** A page that counts to ten, recorded by rrweb itself, with a log line and a request a step and an error at step 6. */
export async function recordReport(): Promise<RecordedReport> {
  return fromRecording(await record(), []);
}

/** The same with 2,000 log lines behind it that hardly deflate: more than the first requests for a bundle bring. */
export function recordedWithTail({ recording }: RecordedReport): Promise<Uint8Array<ArrayBuffer>> {
  const endMs = recording.seen.at(-1)?.ms ?? 0;
  const noise = (): string => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(600))));
  const tail = Array.from({ length: 2_000 }, (_, line): LaneEvent => ({
    type: 'log',
    t: endMs + line,
    level: 'info',
    logger: 'console',
    message: noise(),
  }));
  return fromRecording(recording, tail).then(({ bytes }) => bytes);
}

function record(): Promise<Recording> {
  return recordPage('<h1>Step 0</h1>', 10, (body, index) => {
    const heading = body.querySelector('h1');
    if (heading !== null) heading.textContent = `Step ${index}`;
  });
}

async function fromRecording(recording: Recording, tail: readonly LaneEvent[]): Promise<RecordedReport> {
  const stepMs = recording.seen.map(({ ms }) => ms);
  const at = (step: number): number => Math.floor(stepMs[step] ?? 0);
  const log = stepMs.map((_, step): LaneEvent => ({
    type: 'log',
    t: at(step),
    level: step === 6 ? 'error' : step % 4 === 3 ? 'warn' : 'info',
    logger: 'console',
    message: step === 6 ? 'Sync failed: HTTP 500' : `Step ${step} is done`,
    ...(step === 6
      ? { args: ['Sync failed', { status: 500 }], stack: 'Error: HTTP 500\n    at sync (app.js:1:2)' }
      : {}),
  }));
  const network = stepMs.map((_, step): LaneEvent => ({
    type: 'network',
    t: at(step),
    id: `r${step}`,
    kind: 'fetch',
    phase: 'request',
    method: 'GET',
    url: `http://app.test/step/${step}`,
    status: step === 6 ? 500 : 200,
    outcome: 'ok',
    durationMs: 4,
    timings: { waitMs: 3, receiveMs: 1 },
  }));
  const error: LaneEvent = {
    type: 'error',
    t: at(6) + 1,
    kind: 'unhandled-rejection',
    name: 'SyncError',
    message: 'No',
  };
  const action: LaneEvent = { type: 'action', t: at(5), kind: 'click', text: 'clicked button "Sync now"' };
  const dom = recording.chains.map((events, chain) => ({ lane: 'dom' as const, source: 'w1', chain, events }));
  const bytes = await makeBundle({
    sources: [testSource('w1', { title: 'Orders' })],
    segments: [
      ...dom,
      { lane: 'log', source: 'w1', events: log },
      ...(tail.length === 0 ? [] : [{ lane: 'log' as const, source: 'w1', sequence: 1, events: tail }]),
      { lane: 'network', source: 'w1', events: network },
      { lane: 'error', source: 'w1', events: [error] },
      { lane: 'action', source: 'w1', events: [action] },
    ],
  });
  return { recording, bytes, stepMs: stepMs.map(Math.floor) };
}
