import { startRecorder } from 'fluxion-recorder/recorder';

// A page without a framework, for bundlers that are tried by themselves.
const recorder = startRecorder();
recorder.onChange(() => {
  document.documentElement.dataset.state = recorder.state;
});

const fail = document.createElement('button');
fail.id = 'fail';
fail.textContent = 'Fail';
fail.onclick = () => {
  console.error(`It failed in ${document.title}`);
};
document.querySelector('#app').append(fail, document.createElement('fluxion-diagnostics-button'));
