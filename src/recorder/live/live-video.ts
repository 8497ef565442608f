import type { LiveSession } from '../../live/publisher/publish.js';
import type { LiveReport } from '../../shared/protocol/live-host.js';
import { askForCapture, canCapture } from '../lanes/screen/capture.js';
import { ScreenError } from '../lanes/screen/errors.js';
import type { FieldWatch } from '../masking/field-watch.js';
import { listen, type Guard } from '../page.js';
import type { BannerQuestion } from './banner.js';
import type { SessionLink } from './session-link.js';
import { canMaskVideo, MaskedVideo } from './video/masked-video.js';
import {
  FIRST_BITRATE_MS,
  FIRST_LIMITS,
  limit,
  preferCodecs,
  settle,
  tune,
  type VideoLimits,
} from './video/sending.js';

type VideoState = NonNullable<LiveReport['video']>;
type Surface = NonNullable<VideoState['surface']>;

export interface LiveVideoDeps {
  readonly fields: FieldWatch;
  readonly guard: Guard;
  /** Of the technician. */
  readonly name: () => string;
  readonly onQuestion: (question: BannerQuestion | undefined) => void;
  readonly onChange: () => void;
}

/** The video of one connection, begun by the customer's own press in this window: the browser wants a gesture, and so do we. */
export class LiveVideo {
  readonly #session: LiveSession;
  readonly #link: SessionLink;
  readonly #deps: LiveVideoDeps;
  #isGranted = false;
  #state: VideoState = { state: 'off' };
  #limits = FIRST_LIMITS;
  #capture: MediaStreamTrack | undefined;
  #stops: (() => void)[] = [];
  /** Goes up with each beginning and end: what was begun before counts no more. */
  #turn = 0;

  constructor(session: LiveSession, link: SessionLink, deps: LiveVideoDeps) {
    this.#session = session;
    this.#link = link;
    this.#deps = deps;
  }

  get state(): VideoState {
    return this.#state;
  }

  set(isGranted: boolean): void {
    if (isGranted === this.#isGranted) return;
    this.#isGranted = isGranted;
    if (!isGranted) this.stop();
    else if (canCapture() && canMaskVideo()) this.#ask();
    else this.#tell({ state: 'unsupported' });
  }

  limit(limits: VideoLimits): void {
    this.#limits = limits;
    // A track that has ended in this moment has nothing to limit.
    if (this.#capture !== undefined) limit(this.#capture, limits).catch(() => undefined);
  }

  stop(): void {
    this.#end();
    this.#deps.onQuestion(undefined);
    if (this.#state.state !== 'off') this.#tell({ state: 'off' });
  }

  #ask(): void {
    this.#deps.onQuestion({
      text: `${this.#deps.name()} may see a video. Of what? In a video of this window, what is masked is painted over.`,
      choices: [
        { label: 'This window', press: () => void this.#begin('app') },
        {
          label: 'A screen…',
          press: () => {
            this.#askForScreen();
          },
        },
        {
          label: 'Nothing',
          press: () => {
            this.stop();
            this.#tell({ state: 'denied' });
          },
        },
      ],
    });
  }

  #askForScreen(): void {
    this.#deps.onQuestion({
      text:
        `${this.#deps.name()} will see everything on it as it is: what you type, other programs, messages that come in. ` +
        'Nothing is painted over there.',
      choices: [
        { label: 'Choose a screen…', press: () => void this.#begin('screen') },
        {
          label: 'Back',
          press: () => {
            this.#ask();
          },
        },
      ],
    });
  }

  async #begin(surface: Surface): Promise<void> {
    const turn = ++this.#turn;
    this.#deps.onQuestion(undefined);
    this.#tell({ state: 'asking', surface });
    let capture: MediaStreamTrack | undefined;
    let masked = surface === 'app' ? this.#mask(turn) : undefined;
    try {
      const { track, isOwn } = await askForCapture(surface);
      capture = track;
      // A screen that is chosen may turn out to be this very window.
      if (isOwn) masked ??= this.#mask(turn);
      if (turn !== this.#turn || !this.#isGranted) {
        masked?.stop();
        track.stop();
        return;
      }
      this.#capture = track;
      await limit(track, this.#limits);
      await this.#send(track, masked, turn);
    } catch (error) {
      masked?.stop();
      capture?.stop();
      if (turn !== this.#turn) return;
      this.#end();
      const isDenied = error instanceof ScreenError && error.code === 'screen-denied';
      this.#tell({ state: isDenied ? 'denied' : 'failed' });
      if (this.#isGranted) this.#ask();
    }
  }

  #mask(turn: number): MaskedVideo {
    const { fields, guard } = this.#deps;
    return new MaskedVideo(fields, guard, () => {
      if (turn === this.#turn) this.#broke();
    });
  }

  async #send(capture: MediaStreamTrack, masked: MaskedVideo | undefined, turn: number): Promise<void> {
    const onEnd = this.#deps.guard(() => {
      if (turn === this.#turn) this.#broke();
    });
    const track = masked?.show(capture) ?? capture;
    track.contentHint = 'detail';
    const stream = new MediaStream([track]);
    const session = this.#session;
    this.#stops = [
      listen(capture, 'ended', onEnd),
      () => {
        try {
          session.removeTrack(track, stream);
        } catch {
          // The connection is gone, and the track with it.
        }
      },
      () => masked?.stop(),
      () => {
        capture.stop();
      },
    ];
    const transceiver = session.addTrack(track, stream);
    if (transceiver !== undefined) preferCodecs(transceiver);
    const codec = transceiver === undefined ? undefined : await tune(transceiver.sender);
    if (turn !== this.#turn) return;
    masked?.giveAgain();
    this.#settleLater(transceiver?.sender);
    const { width = 0, height = 0 } = capture.getSettings();
    const surface = masked === undefined ? 'screen' : 'app';
    this.#tell({ state: 'on', surface }, { width, height, ...(codec === undefined ? {} : { codec }) });
  }

  #settleLater(sender: RTCRtpSender | undefined): void {
    if (sender === undefined) return;
    const timer = setTimeout(() => {
      // A connection that is gone in this moment sends nothing more.
      settle(sender).catch(() => undefined);
    }, FIRST_BITRATE_MS);
    this.#stops.push(() => {
      clearTimeout(timer);
    });
  }

  /** Ended from outside: by the browser's own bar, or because it broke. It may be begun again. */
  #broke(): void {
    this.#end();
    this.#tell({ state: 'off' });
    if (this.#isGranted) this.#ask();
  }

  #end(): void {
    this.#turn += 1;
    this.#capture = undefined;
    for (const stop of this.#stops.splice(0)) stop();
  }

  #tell(state: VideoState, more: { width?: number; height?: number; codec?: string } = {}): void {
    this.#state = state;
    this.#link.say({ type: 'video-state', ...state, ...more });
    this.#deps.onChange();
  }
}
