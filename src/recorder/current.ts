import type { Recorder } from './recorder-api.js';

// The recorder of this document, for the button: an app puts it into its page before or after it starts the recorder.

let current: Recorder | undefined;
const listeners = new Set<(recorder: Recorder | undefined) => void>();

export function currentRecorder(): Recorder | undefined {
  return current;
}

export function setCurrentRecorder(recorder: Recorder | undefined): void {
  current = recorder;
  for (const listener of [...listeners]) listener(recorder);
}

/** Told now and at every change. Answers how to stop listening. */
export function onCurrentRecorder(listener: (recorder: Recorder | undefined) => void): () => void {
  listeners.add(listener);
  listener(current);
  return () => {
    listeners.delete(listener);
  };
}
