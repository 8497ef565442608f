import { startRecorder } from 'fluxion-recorder/recorder';

const recorder = startRecorder({ mask: { mask: '.balance' }, logger: 'shop' });
recorder.onChange(() => {
  document.documentElement.dataset.state = recorder.state;
});

document.querySelector('#fail')?.addEventListener('click', () => {
  console.error('It failed in the built page');
  recorder.log('warn', 'The shop says so, too', { cart: 3 });
});
