import { startRecorder } from 'fluxion-recorder/recorder';
import { createSubscriber } from 'svelte/reactivity';

const recorder = startRecorder();
const subscribe = createSubscriber((update) => recorder.onChange(update));

/** Read in a component or an effect, it is followed. */
export const recorderState = () => {
  subscribe();
  return recorder.state;
};
