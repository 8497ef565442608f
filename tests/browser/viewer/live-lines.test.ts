import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import type { LiveEvent } from '../../../src/shared/session/live-event.js';
import { makeBundle, testSource } from '../../unit/viewer/make-bundle.js';
import { DeskDouble } from './desk-double.js';
import { get, press, problems, remove, replayedText, start } from './mounted.js';
import { recordReport, type RecordedReport } from './recorded-report.js';

const SESSION = '7e2c9c4e-3f3b-4d1f-9a51-0f6a4c8b2d10';
let recorded: RecordedReport;
let desk: DeskDouble;
let id: string;

beforeAll(async () => {
  recorded = await recordReport();
});

beforeEach(async () => {
  desk = new DeskDouble();
  id = desk.add('Recorded live', [recorded.bytes, await livePart()]);
});

afterEach(remove);

/** A later part of the same session: the live lane of the host process. */
async function livePart(): Promise<Uint8Array<ArrayBuffer>> {
  const at = (step: number): number => recorded.stepMs[step] ?? 0;
  const head = (step: number) => ({ type: 'live', t: at(step), session: SESSION }) as const;
  const events: LiveEvent[] = [
    { ...head(2), kind: 'recording', state: 'on', way: 'letters', text: 'The live session is recorded from here on.' },
    { ...head(3), kind: 'with', name: 'Ines', isVerified: false, text: 'Connected with Ines, who is not verified.' },
    { ...head(4), kind: 'chat', from: 'technician', text: 'Please press it.' },
    { ...head(6), kind: 'chat', from: 'customer', text: '<b>Now</b> it is gone.' },
    {
      ...head(7),
      kind: 'quality',
      isUnstable: false,
      roundTripMs: 24,
      route: 'direct',
      text: 'Connection: 24 ms, direct.',
    },
    { ...head(8), kind: 'recording', state: 'off', reason: 'taken-back', text: 'The customer took it back.' },
  ];
  return await makeBundle({
    sources: [testSource('host-1', { kind: 'host' })],
    segments: [{ lane: 'live', source: 'host-1', events }],
  });
}

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=option]')];

async function openLive(width = 1280): Promise<void> {
  await start(desk, `#/reports/${id}`, width);
  await vi.waitFor(() => {
    expect(replayedText()).not.toBe('');
    expect(get('#tab-live').textContent).toContain('Live');
  }, 10_000);
  get('#tab-live').click();
  await vi.waitFor(() => {
    expect(rows()).toHaveLength(6);
  });
}

test('what was said and granted is listed in step with the replay', async () => {
  await openLive();
  const said = rows().find((row) => row.textContent.includes('it is gone'));
  // A stranger's words are text.
  expect(said?.textContent).toContain('Customer:');
  expect(said?.textContent).toContain('<b>Now</b> it is gone.');
  await userEvent.click(said ?? document.body);
  await vi.waitFor(() => {
    expect(replayedText()).toMatch(/^Step [56]$/);
    expect(get('[aria-current=time]').textContent).toContain('it is gone');
  });
  press('f');
  expect(await problems()).toEqual([]);
});

test('its row on the strip shows from where to where the session was recorded', async () => {
  await openLive();
  const band = get('.strip svg rect.live');
  expect(Number(band.getAttribute('width'))).toBeGreaterThan(10);
  expect(get('.strip .names').textContent).toContain('Live');
  expect(document.querySelector('.strip svg path.said')?.getAttribute('d')?.match(/M/g)?.length).toBe(2);
});

test('a report without one has neither', async () => {
  id = desk.add('No live session', [recorded.bytes]);
  await start(desk, `#/reports/${id}`);
  await vi.waitFor(() => {
    expect(replayedText()).not.toBe('');
    expect(document.querySelector('#tab-action')).not.toBeNull();
  }, 10_000);
  expect(document.querySelector('#tab-live')).toBeNull();
  expect(get('.strip .names').textContent).not.toContain('Live');
});
