import { mount } from 'svelte';
import App from './Grid.svelte';
import '../../examples/fluxion/app/fluxion.css';

// The example's grid (about 5,000 nodes, 10 ticks a second) alone, under rrweb with its events dropped, or under ours: with the lanes that are always on, or with the screen's too.
/** In the page's own time. */
const CLOCK_MS = 250;
const mode = new URLSearchParams(location.search).get('mode');
if (mode === 'rrweb') {
  const { record } = await import('rrweb');
  record({ emit: () => undefined });
} else if (mode === 'ours' || mode === 'everything') {
  const { startRecorder } = await import('fluxion-recorder/recorder');
  const recorder = startRecorder();
  if (mode === 'everything') {
    recorder.onChange(() => {
      document.documentElement.dataset['state'] = recorder.state;
      document.documentElement.dataset['screen'] = recorder.screen;
    });
    // A browser gives the screen to a person's press only.
    window.addEventListener('pointerup', () => void recorder.startScreen({ surface: 'app' }), { once: true });
  }
}

const target = document.getElementById('app');
if (target === null) throw new Error('grid.html has no element #app.');
mount(App, { target });

if (mode === 'collect') {
  // After the mount, so that the first frame of the recording has the grid in it. Every row goes to the bench itself: the
  // real recorder without a host process, whose clock cannot run faster than time.
  const [{ startRecorder }, { collectingHost }] = await Promise.all([
    import('fluxion-recorder/recorder'),
    import('./collecting-host.js'),
  ]);
  // What time it is stands on the page: whoever replays it can be asked which moment is shown.
  const clock = document.createElement('output');
  clock.id = 'clock';
  document.body.append(clock);
  const tell = (): void => {
    clock.textContent = String(Math.round(performance.now()));
  };
  tell();
  setInterval(tell, CLOCK_MS);
  startRecorder({ host: collectingHost() });
}
