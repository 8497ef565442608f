import { expect, test, vi } from 'vitest';
import { startRecorder } from '../../../src/recorder/entry.js';

test('where a server renders the page, the recorder can be loaded and started, and does nothing', async () => {
  expect(typeof document).toBe('undefined');
  const said = vi.spyOn(console, 'error');
  const recorder = startRecorder();
  expect(recorder.state).toBe('failed');
  await recorder.openPanel();
  recorder.log('info', 'nobody hears it');
  recorder.stop();
  expect(said).not.toHaveBeenCalled();
});
