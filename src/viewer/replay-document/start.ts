import 'rrweb-player/dist/style.css';
import './replay.css';
import { FluxionError, toErrorResult } from '../../shared/errors.js';
import { CONNECT, type FromDocument, type ToDocument } from '../replay/messages.js';
import { ReplayError } from '../replay/replay-error.js';
import { Stage, type Outcome } from './stage.js';

// The composition root of replay.html: a stage, and the port over which the surface directs it.

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new ReplayError('replay-document-missing');
  return found;
}

function connect(port: MessagePort): void {
  const stage = new Stage(element('stage'), element('sentence'));
  const say = (message: FromDocument): void => {
    port.postMessage(message);
  };
  const fail = (id: number, error: unknown): void => {
    console.warn('replay:', error); // For engineers; the surface shows the sentence.
    say({ type: 'failed', id, error: toErrorResult(asReplayError(error)) });
  };
  const answer = (id: number, type: 'shown' | 'prepared', work: Promise<Outcome>): void => {
    work.then(
      (outcome) => {
        say(outcome.kind === 'shown' ? { type, id, facts: outcome.facts } : { type: 'superseded', id });
      },
      (error: unknown) => {
        fail(id, error);
      },
    );
  };
  // What goes wrong while it plays comes from the replayer's own timer, and ends that timer.
  addEventListener('error', (event) => {
    if (stage.shownId === undefined || stage.playingAtMs === undefined) return;
    const id = stage.shownId;
    stage.stop();
    fail(id, event.error);
  });
  port.onmessage = ({ data: message }: MessageEvent<ToDocument>) => {
    switch (message.type) {
      case 'show':
        answer(message.id, 'shown', stage.show(message.id, message.chain, message.atMs));
        break;
      case 'show-live':
        answer(message.id, 'shown', stage.showLive(message.id, message.chain));
        break;
      case 'prepare':
        answer(message.id, 'prepared', stage.prepare(message.id, message.chain));
        break;
      case 'promote':
        answer(message.id, 'shown', stage.promote(message.id, message.prepared, message.atMs));
        break;
      case 'seek':
        answer(message.id, 'shown', stage.seek(message.id, message.atMs));
        break;
      case 'extend':
        try {
          stage.extend(message.screen, message.chunks);
        } catch (error) {
          fail(message.screen, error);
        }
        break;
      case 'play':
        stage.play(message.speed, message.atMs);
        tellFrames(stage, say);
        break;
      case 'follow':
        stage.follow(message.atMs);
        break;
      case 'pause':
        stage.pause(message.atMs);
        break;
      case 'clear':
        stage.clear(message.title, message.detail);
        break;
    }
  };
  // In the background no frame comes and no clock ticks; the replayer's timer would run away on its return.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) stage.hold();
  });
  say({ type: 'ready' });
}

function asReplayError(error: unknown): FluxionError {
  return error instanceof FluxionError ? error : new ReplayError('replay-failed', { cause: error });
}

let isTelling = false;
function tellFrames(stage: Stage, say: (message: FromDocument) => void): void {
  if (isTelling) return;
  isTelling = true;
  requestAnimationFrame(function tell() {
    const atMs = stage.playingAtMs;
    isTelling = atMs !== undefined;
    if (atMs === undefined) return;
    say({ type: 'frame', atMs });
    requestAnimationFrame(tell);
  });
}

addEventListener('message', function connectOnce(event: MessageEvent<unknown>) {
  const [port] = event.ports;
  // Only the page that embeds us, and only if it is of our own origin.
  if (event.data !== CONNECT || event.source !== parent || event.origin !== location.origin || port === undefined)
    return;
  removeEventListener('message', connectOnce);
  connect(port);
});
