import type { SessionMessageOf } from '../../shared/protocol/live-messages.js';
import { PromptVideo } from './prompt-video.js';

type VideoState = SessionMessageOf<'video-state'>;
type VideoWanted = Omit<SessionMessageOf<'video-wanted'>, 'type'>;

const MAX_FRAME_RATE = 30;
const MIN_HEIGHT = 180;
const MAX_HEIGHT = 4320;
/** A window that is being resized is not worth a word for each of its sizes. */
const SETTLE_MS = 400;

/** The video of the customer's window or screen. */
export class LiveVideo {
  readonly #want: (wanted: VideoWanted) => void;
  #stream = $state.raw<MediaStream | undefined>(undefined);
  #told = $state.raw<VideoState | undefined>(undefined);
  #wanted: VideoWanted | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(want: (wanted: VideoWanted) => void) {
    this.#want = want;
  }

  /** What a video element plays; undefined while there is none. */
  get stream(): MediaStream | undefined {
    return this.#stream;
  }
  /** What the customer's side says of it. */
  get told(): VideoState | undefined {
    return this.#told;
  }

  take(track: MediaStreamTrack, stream: MediaStream): void {
    if (track.kind !== 'video') {
      track.stop(); // Nobody has asked to hear anything.
      return;
    }
    this.#stream = stream;
    track.addEventListener('ended', () => {
      if (this.#stream === stream) this.#stream = undefined;
    });
    stream.addEventListener('removetrack', () => {
      if (this.#stream === stream && stream.getVideoTracks().length === 0) this.#stream = undefined;
    });
  }

  note(told: VideoState): void {
    this.#told = told;
    if (told.state !== 'on' && told.state !== 'hidden') this.#stream = undefined;
  }

  /** It is granted now. */
  start(): void {
    if (this.#wanted !== undefined) this.#want(this.#wanted);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stream = undefined;
    this.#told = undefined;
  }

  /** An attachment of a video element: plays the stream, and asks for what the element has room for. */
  readonly play = (video: HTMLVideoElement): (() => void) => {
    video.muted = true;
    const prompt = this.#stream === undefined ? undefined : new PromptVideo(this.#stream);
    video.srcObject = prompt?.stream ?? null;
    video.play().catch(() => undefined); // It goes on by itself when the page is looked at.
    const observer = new ResizeObserver(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#fit(video.clientHeight * devicePixelRatio);
      }, SETTLE_MS);
    });
    observer.observe(video);
    return () => {
      clearTimeout(this.#timer);
      observer.disconnect();
      video.srcObject = null;
      prompt?.stop();
    };
  };

  #fit(pixels: number): void {
    const maxHeight = Math.round(Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, pixels)));
    if (this.#wanted?.maxHeight === maxHeight) return;
    this.#wanted = { maxHeight, maxFrameRate: MAX_FRAME_RATE };
    this.#want(this.#wanted);
  }
}
