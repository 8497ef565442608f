import Player from 'rrweb-player';
import { META } from '../../shared/session/rrweb-numbers.js';
import { ADAPTED_STYLES } from './adapt-css.js';
import { FOCUS_RULE } from './focus-css.js';
import { FocusMark } from './focus-mark.js';
import { isFar } from './is-far.js';
import { closeLeftDialogs, mayLeaveDialog } from './left-dialogs.js';
import type { SafeEvent } from './sanitise-event.js';
import { BLOCKED_MARK } from './sanitise-node.js';
import { ScrollPlaces } from './scroll-places.js';
import { SelectedOptions } from './selected-options.js';

/** Where the first event lies on the replayer's clock: it takes time 0 for no time. */
const TIME_BASE_MS = 1_000_000;
/** An event that is never reached: at its last event the replayer would forget what it has played and build anew. */
const END_MARK_AFTER_MS = 1e10;
/** Of a page that is seen live, so far ahead of its first event: eleven days, and well before the end mark. */
const LIVE_AHEAD_MS = 1e9;
/** `play(t)` applies what lies before t; this much makes it "up to and with". */
const INCLUSIVE_MS = 0.001;
/** How far the replayer's own timer may be from the playback clock, in real ms: about two frames. */
const TOLERATED_DRIFT_MS = 34;

const LOAD_EVENT = 1;

/** What the recorder blocked looks blocked: nothing was recorded there. */
const BLOCKED_RULE = `[${BLOCKED_MARK}] {
  background: repeating-linear-gradient(-45deg, #8d97a8 0 5px, #a9b2c0 5px 10px) !important;
  border-radius: 3px;
  box-shadow: inset 0 0 0 1px #6f7a8c !important;
}`;

type Replayer = ReturnType<Player['getReplayer']>;

/** What is used of the player. It is a Svelte 4 component with its runtime inside, whatever Svelte 5's types say of that. */
interface SveltePlayer extends Pick<Player, 'getReplayer' | 'triggerResize'> {
  $set(props: Size): void;
  $destroy(): void;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One rrweb-player over one chain. It is built once and goes forward only: going back is another screen. */
export class Screen {
  readonly element: HTMLElement;
  readonly #player: SveltePlayer;
  readonly #replayer: Replayer;
  readonly #startMs: number;
  #viewport: Size;
  #isPlaying = false;
  #isHeld = false;
  /** Events are applied one after the other, to a page that nobody sees yet. */
  #isJumping = false;
  /** The jump to come applies events that were folded. */
  #isFirstJump: boolean;
  readonly #focus = new FocusMark();
  readonly #selected = new SelectedOptions();
  readonly #scrolled = new ScrollPlaces();
  #reachedMs: number;
  #speed = 1;

  /**
   * `events` begin with Meta and full snapshot, dated in report time; their `timestamp` is changed. `isFolded`: what follows the snapshot
   * is less than the page is.
   */
  constructor(element: HTMLElement, events: readonly SafeEvent[], size: Size, isFolded: boolean) {
    this.#isFirstJump = isFolded;
    this.#startMs = events[0]?.timestamp ?? 0;
    this.#reachedMs = this.#startMs;
    const { width, height } = (events[0]?.data ?? size) as Size;
    this.#viewport = { width, height };
    this.element = element;
    this.element.className = 'screen';
    // Not for pointer, keyboard, search or focus: it is a picture of a page.
    this.element.inert = true;
    const endMark = { type: LOAD_EVENT, data: {}, timestamp: TIME_BASE_MS + END_MARK_AFTER_MS };
    this.#player = new Player({
      target: this.element,
      props: {
        // Ours are rrweb's events but for their type; what they hold was checked one by one.
        events: [...events.map((event) => this.#dated(event)), endMark] as never,
        ...size,
        maxScale: 1,
        autoPlay: false,
        showController: false,
        skipInactive: false,
        speed: 1,
        speedOption: [0.5, 1, 2, 4, 8],
        // It would leave the viewer's keyboard in the recorded page; FocusMark stands for it.
        triggerFocus: false,
        mouseTail: false,
        UNSAFE_replayCanvas: false,
        showWarning: false,
        // rrweb's own look for blocked elements is a bar in the colour of the text; ours is BLOCKED_RULE.
        blockClass: 'fluxrec-block-without-a-look',
        insertStyleRules: [FOCUS_RULE, BLOCKED_RULE],
      },
    });
    this.#replayer = this.#player.getReplayer();
    Object.assign(this.#replayer, { cache: { stylesWithHoverClass: ADAPTED_STYLES } });
    this.#replayer.iframe.title = 'Recorded page';
    if (events[0] !== undefined) this.#noteColorScheme(events[0]);
    this.#replayer.on('event-cast', (event) => {
      this.#noteCast(event as SafeEvent);
    });
    this.#replayer.on('resize', (dimension) => {
      this.#viewport = dimension as Size;
    });
  }

  get viewport(): Size {
    return this.#viewport;
  }

  /** Report time that the screen has been brought to; it cannot go before. */
  get reachedMs(): number {
    return Math.max(this.#reachedMs, this.positionMs);
  }

  /** Where the replayer is now. */
  get positionMs(): number {
    return this.#isPlaying && !this.#isHeld ? this.#position() : this.#reachedMs;
  }

  /** Whether so much happened until a moment that the page is better built anew for it. */
  isFar(ms: number): boolean {
    const { events } = this.#replayer.service.state.context;
    return isFar(events, TIME_BASE_MS + this.#offset(this.reachedMs), TIME_BASE_MS + this.#offset(ms));
  }

  /** Brings the page to a moment at or after `reachedMs`, at once, and goes on playing if it did. */
  goTo(ms: number): void {
    const isBulk = !this.#isFirstJump && this.isFar(ms);
    this.#reachedMs = Math.max(ms, this.reachedMs, this.#startMs);
    const offset = this.#offset(this.#reachedMs);
    // The replayer's copy of the whole page costs more than a few changes do.
    this.#replayer.setConfig({ useVirtualDom: isBulk });
    this.#isFirstJump = false;
    this.#isJumping = true;
    try {
      if (this.#isPlaying && !this.#isHeld) this.#replayer.play(offset);
      else this.#replayer.pause(offset);
    } finally {
      this.#isJumping = false;
    }
    this.#markFocus();
    this.#select();
    closeLeftDialogs(this.#replayer.iframe.contentDocument);
    const mirror = this.#replayer.getMirror();
    this.#scrolled.apply((id) => mirror.getNode(id));
  }

  /** From now on at whatever it is given, at once. */
  goLive(): void {
    // rrweb's own mouse goes by batches, half a second late: whoever shows the page shows it.
    this.element.classList.add('live');
    this.goTo(this.#startMs + LIVE_AHEAD_MS);
  }

  play(speed: number): void {
    if (speed !== this.#speed) this.#replayer.setConfig({ speed });
    this.#speed = speed;
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    this.#isHeld = false;
    this.#replayer.play(this.#offset(this.#reachedMs));
  }

  /** Stands still at a moment; ahead of it (by a frame or two) where it is. */
  pause(ms: number): void {
    if (!this.#isPlaying) return;
    this.stop();
    if (ms > this.#reachedMs) this.goTo(ms);
  }

  stop(): void {
    this.#reachedMs = this.positionMs;
    this.#isPlaying = false;
    this.#replayer.pause();
  }

  /** Keeps to the playback clock: behind it jumps, ahead of it waits. */
  follow(ms: number): void {
    if (!this.#isPlaying) return;
    const aheadMs = this.positionMs - ms;
    const toleratedMs = TOLERATED_DRIFT_MS * this.#speed;
    if (this.#isHeld) {
      if (aheadMs > 0) return;
      this.#isHeld = false;
      this.goTo(ms);
    } else if (aheadMs < -toleratedMs) {
      this.goTo(ms);
    } else if (aheadMs > toleratedMs) {
      this.hold();
    }
  }

  /** Stands still although it plays, until `follow` says that it is time. */
  hold(): void {
    if (!this.#isPlaying || this.#isHeld) return;
    this.#reachedMs = this.#position();
    this.#isHeld = true;
    this.#replayer.pause();
  }

  /** More of the chain, all of it later than what was given before. */
  extend(more: readonly SafeEvent[]): void {
    if (more.length === 0) return;
    // Not by `addEvent`: that comes a turn later, and what is behind the playhead by then is applied to a copy of the page
    // that nobody sees. Put before the end mark, they are found when the replayer plans anew.
    const events = this.#replayer.service.state.context.events as unknown[];
    const endMark = events.pop();
    for (const event of more) events.push(this.#dated(event));
    events.push(endMark);
    if (this.#isPlaying && !this.#isHeld) this.goTo(this.#position());
    else if (more.some(({ timestamp }) => timestamp <= TIME_BASE_MS + this.#offset(this.#reachedMs)))
      // Not the first of them alone: a pointer's path is dated by its beginning.
      this.goTo(this.#reachedMs);
  }

  fit(size: Size): void {
    this.#player.$set(size);
    this.#player.triggerResize();
  }

  destroy(): void {
    this.#player.$destroy();
    this.#replayer.destroy();
    this.element.remove();
  }

  /** What a document inside a frame prefers is what the frame is asked for. */
  #noteColorScheme({ type, data }: SafeEvent): void {
    if (type !== META) return;
    const { colorScheme = '' } = data as { readonly colorScheme?: string };
    this.#replayer.iframe.style.colorScheme = colorScheme;
  }

  #noteCast(event: SafeEvent): void {
    this.#noteColorScheme(event);
    const hasFocusMoved = this.#focus.note(event);
    this.#selected.note(event);
    if (this.#isJumping) {
      this.#scrolled.note(event);
      return;
    }
    this.#select();
    if (hasFocusMoved) this.#markFocus();
    if (mayLeaveDialog(event)) closeLeftDialogs(this.#replayer.iframe.contentDocument);
  }

  #markFocus(): void {
    const mirror = this.#replayer.getMirror();
    this.#focus.apply((id) => mirror.getNode(id));
  }

  #select(): void {
    const mirror = this.#replayer.getMirror();
    this.#selected.apply((id) => mirror.getNode(id));
  }

  #dated(event: SafeEvent): SafeEvent {
    event.timestamp = TIME_BASE_MS + (event.timestamp - this.#startMs);
    return event;
  }

  #offset(ms: number): number {
    return ms - this.#startMs + INCLUSIVE_MS;
  }

  #position(): number {
    return this.#startMs + this.#replayer.getCurrentTime();
  }
}
