import { AreaReporter } from '../../lanes/screen/area-reporter.js';
import type { FieldWatch } from '../../masking/field-watch.js';
import { MaskedAreas } from '../../masking/masked-areas.js';
import type { Guard } from '../../page.js';
import type { FromVideoWorker, ToVideoWorker } from './messages.js';
import { refresh } from './sending.js';

// In workers only, or not at all, says TypeScript's library; Chromium has both in windows, where the tracks are:
// https://www.w3.org/TR/mediacapture-transform/, and its earlier form with a generator.
declare const MediaStreamTrackProcessor: new (init: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize?: number;
}) => { readonly readable: ReadableStream<VideoFrame> };
declare const MediaStreamTrackGenerator: new (init: {
  readonly kind: 'video';
}) => MediaStreamTrack & { readonly writable: WritableStream<VideoFrame> };

export function canMaskVideo(): boolean {
  return 'MediaStreamTrackProcessor' in window && 'MediaStreamTrackGenerator' in window;
}

/** A capture of this window as a track in which what is masked is painted over. */
export class MaskedVideo {
  readonly #worker: Worker;
  readonly #reporter: AreaReporter;
  #capture: MediaStreamTrack | undefined;
  #track: MediaStreamTrack | undefined;

  /**
   * To be made before the capture is asked for: of its first frame it must be known what was where before. `onBroken`: nothing more
   * comes. The capture's own end is for who made it to hear of.
   */
  constructor(fields: FieldWatch, guard: Guard, onBroken: () => void) {
    this.#worker = new Worker(new URL('./video-worker.ts', import.meta.url), { type: 'module', name: 'fluxrec-video' });
    this.#worker.onmessage = guard(({ data }: MessageEvent<FromVideoWorker>) => {
      if (data.kind === 'frame') this.#reporter.reportSoon();
      else if (data.kind === 'broken') onBroken();
      // A track that has ended in this moment has nothing to give.
      else if (this.#capture !== undefined) refresh(this.#capture).catch(() => undefined);
    });
    this.#worker.onerror = guard((event: Event) => {
      event.preventDefault();
      onBroken();
    });
    this.#post({ kind: 'start', timeOriginMs: performance.timeOrigin });
    this.#reporter = new AreaReporter(new MaskedAreas(fields.shadowRoots, fields), guard, (report) => {
      this.#post({ kind: 'areas', report });
    });
  }

  /** Once. */
  show(capture: MediaStreamTrack): MediaStreamTrack {
    this.#capture = capture;
    const { readable: frames } = new MediaStreamTrackProcessor({ track: capture, maxBufferSize: 2 });
    const track = new MediaStreamTrackGenerator({ kind: 'video' });
    const { writable: painted } = track;
    this.#track = track;
    this.#post({ kind: 'frames', frames, painted }, [frames, painted]);
    return track;
  }

  /** The connection can take pictures now: what it was given before is lost. */
  giveAgain(): void {
    this.#post({ kind: 'again' });
  }

  stop(): void {
    this.#reporter.stop();
    this.#worker.terminate();
    this.#track?.stop();
  }

  #post(message: ToVideoWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}
