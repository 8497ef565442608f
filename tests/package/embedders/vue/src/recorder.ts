import { startRecorder } from 'fluxion-recorder/recorder';
import { ref } from 'vue';

const recorder = startRecorder();
export const recorderState = ref(recorder.state);
recorder.onChange(() => {
  recorderState.value = recorder.state;
});
