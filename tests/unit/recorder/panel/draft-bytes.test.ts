import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openDraftBytes } from '../../../../src/recorder/panel/state/draft-bytes.js';
import { DraftFile } from '../../../../src/recorder/panel/state/draft-file.js';
import { SelectionState } from '../../../../src/recorder/panel/state/selection-state.svelte.js';
import { HostDouble } from '../../../browser/panel/host-double.js';

const MB = 1024 * 1024;
let host: HostDouble;
let selection: SelectionState;
let description: string;
let file: DraftFile;
const signal = new AbortController().signal;

beforeEach(() => {
  vi.useFakeTimers();
  host = new HostDouble();
  host.file = new Uint8Array(9 * MB).map((_, i) => i % 239);
  selection = new SelectionState(host, host.draft);
  description = '';
  file = new DraftFile(host, selection, () => description);
});
afterEach(() => {
  selection.dispose();
  vi.useRealTimers();
});

test('is assembled once for any number of readers, and again when the choice or the text is another', async () => {
  await Promise.all([file.open(), file.open()]);
  expect(host.called('assembleDraft')).toHaveLength(1);
  description = 'It broke.';
  await file.open();
  selection.choosePreset(2);
  await file.open();
  expect(host.called('assembleDraft')).toHaveLength(3);
});

test('that could not be assembled is tried again', async () => {
  host.isReachable = false;
  await expect(file.open()).rejects.toMatchObject({ code: 'host-unreachable' });
  host.isReachable = true;
  expect(await file.open()).toBe(9 * MB);
});

test('a range larger than the host gives at once comes whole', async () => {
  const bytes = await openDraftBytes(file, signal);
  const range = await bytes.read(5, 9 * MB - 5);
  expect(range.byteLength).toBe(9 * MB - 5);
  expect(range.findIndex((byte, i) => byte !== (i + 5) % 239)).toBe(-1);
  expect(host.called('readDraft')).toHaveLength(2);
});

test('bytes of two files are never mixed', async () => {
  const bytes = await openDraftBytes(file, signal);
  description = 'It broke.';
  expect((await bytes.read(0, 10)).byteLength).toBe(10);
  await file.open();
  await expect(bytes.read(0, 10)).rejects.toMatchObject({ code: 'draft-changed' });
});

test('a file that ends early is answered as short as it is', async () => {
  const bytes = await openDraftBytes(file, signal);
  host.file = host.file.slice(0, 100);
  expect((await bytes.read(90, 50)).byteLength).toBe(10);
});
