import { GRANT_WORDS, type GrantKind } from '../../shared/protocol/live-grants.js';
import type { LiveOrders, LiveReport } from '../../shared/protocol/live-host.js';
import type { Doing } from '../../shared/protocol/live-messages.js';

// Of the kind of element that no lane records and no video shows: see BLOCK_SELECTOR.
const TAG = 'fluxrec-overlay';

const STYLE = `
:host { all: initial; display: block !important; position: fixed !important; inset: auto 0 0 auto !important;
  width: 0 !important; height: 0 !important; z-index: 2147483646 !important; }
section {
  box-sizing: border-box; position: fixed; inset: auto 16px 16px auto; width: min(390px, calc(100vw - 24px));
  padding: 10px 12px; border: 1px solid light-dark(#d0d3da, #43464f); border-inline-start: 4px solid light-dark(#b3261e, #ff8d82);
  border-radius: 10px; background: light-dark(#ffffff, #1b1d22); color: light-dark(#1c1e24, #eceef3);
  box-shadow: 0 6px 24px rgb(0 0 0 / 28%); color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; overflow-wrap: anywhere;
}
section.start { inset: auto auto 16px 16px; }
p { margin: 0; }
.who { font-weight: 650; }
.dot { display: inline-block; width: 9px; height: 9px; margin-inline-end: 7px; border-radius: 50%; background: light-dark(#b3261e, #ff8d82); }
.recorded, .bare { margin-top: 6px; font-weight: 600; color: light-dark(#b3261e, #ff8d82); }
.recorded .dot { border-radius: 2px; }
.idle .dot { background: light-dark(#8a8f9b, #7d828f); }
.soft { color: light-dark(#535d6c, #a3aebd); font-size: 13px; }
.warn { color: light-dark(#855300, #f0bf5f); }
.row { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 8px; }
.question { margin-top: 8px; padding-top: 8px; border-top: 1px solid light-dark(#dfe3e9, #2f3742); }
button {
  font: inherit; font-size: 13px; padding: 3px 10px; border: 1px solid light-dark(#8a8f9b, #7d828f); border-radius: 6px;
  background: light-dark(#f4f5f7, #2a2d34); color: inherit; cursor: pointer;
}
button.end { background: light-dark(#bd2419, #ff8d82); border-color: transparent; color: light-dark(#ffffff, #2b0b08); font-weight: 600; }
button.move { margin-inline-start: auto; }
button:focus-visible { outline: 2px solid light-dark(#0b57d0, #8ab4f8); outline-offset: 2px; }
@media (max-width: 420px) { section, section.start { inset: auto 12px 12px 12px; width: auto; } button.move { display: none; } }
@media (forced-colors: active) { section, button { border-color: CanvasText; } .dot { background: Highlight; forced-color-adjust: none; } }
`;

const DOING_WORDS: Readonly<Record<Doing, string>> = {
  watching: 'is watching',
  reading: 'is reading the logs',
  pointing: 'is pointing',
  proposing: 'is choosing a command',
  'looking-back': 'is looking at what happened before',
  away: 'is looking elsewhere',
};

export interface BannerOptions {
  readonly onEnd: () => void;
  readonly onStopAll: () => void;
  readonly onStopRecording: () => void;
  readonly onOpenPanel: () => void;
  /** How the hotkey for `onStopAll` is written. */
  readonly hotkey: string;
}

/** What only a gesture in this window can begin. */
export interface BannerQuestion {
  readonly text: string;
  readonly choices: readonly { readonly label: string; readonly press: () => void }[];
}

export interface BannerState {
  readonly orders: LiveOrders;
  readonly phase: string;
  readonly isUnstable: boolean;
  readonly video: LiveReport['video'];
  readonly question: BannerQuestion | undefined;
}

/** Over the app's window while a live session is there: who is connected, what they may do and are doing, and the way out. */
export class LiveBanner {
  readonly #options: BannerOptions;
  readonly #host = document.createElement(TAG);
  readonly #section = document.createElement('section');
  #shown = '';
  #isAtStart = false;

  constructor(options: BannerOptions) {
    this.#options = options;
    const root = this.#host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    // Read out as it changes, without taking the focus from what the customer is doing.
    this.#section.setAttribute('role', 'status');
    this.#section.setAttribute('aria-label', 'Live session');
    root.append(this.#section);
  }

  show(state: BannerState): void {
    const { orders, phase, isUnstable, video, question } = state;
    // A page that replaces its whole document takes the banner along.
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
    const key = JSON.stringify([
      orders.with,
      orders.grants,
      orders.asked,
      orders.doing,
      phase,
      isUnstable,
      video,
      question?.text,
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#host.shadowRoot?.activeElement?.textContent;
    const isOpen = phase === 'open';
    this.#section.classList.toggle('idle', orders.grants.length === 0);
    this.#section.replaceChildren(
      this.#line('who', whoWords(orders), true),
      this.#line('soft', isOpen ? mayWords(orders) : phaseWords(phase)),
      ...(isRecorded(orders) ? [this.#line('recorded', 'This session is being recorded for support.', true)] : []),
      ...(isOpen && video?.state === 'on' ? [this.#videoLine(video.surface)] : []),
      ...(isOpen && orders.doing !== undefined && orders.grants.length > 0
        ? [this.#line('soft', `${nameOf(orders)} ${DOING_WORDS[orders.doing]}.`)]
        : []),
      ...(isUnstable ? [this.#line('soft warn', 'Nothing comes through at the moment.')] : []),
      ...(isOpen && orders.asked > 0 ? [this.#askedBox(orders)] : []),
      ...(question === undefined ? [] : [this.#question(question)]),
      this.#buttons(orders),
    );
    const again = [...this.#section.querySelectorAll('button')].find(({ textContent }) => textContent === focused);
    again?.focus();
  }

  remove(): void {
    this.#shown = '';
    this.#host.remove();
  }

  #line(className: string, words: string, hasDot = false): HTMLElement {
    const line = document.createElement('p');
    line.className = className;
    if (hasDot) {
      const dot = document.createElement('span');
      dot.className = 'dot';
      line.append(dot);
    }
    line.append(words);
    return line;
  }

  #videoLine(surface: NonNullable<LiveReport['video']>['surface']): HTMLElement {
    return surface === 'screen'
      ? this.#line('bare', 'A screen is shown as it is: nothing on it is painted over.', true)
      : this.#line('soft', 'A video of this window is shown. What is masked is painted over.');
  }

  /** Decided in the panel, which the technician can neither see nor reach. */
  #askedBox(orders: LiveOrders): HTMLElement {
    const text = `${nameOf(orders)} asks you to allow something.`;
    return this.#question({ text, choices: [{ label: 'Look at it', press: this.#options.onOpenPanel }] });
  }

  #question({ text, choices }: BannerQuestion): HTMLElement {
    const box = document.createElement('div');
    box.className = 'question';
    const row = document.createElement('div');
    row.className = 'row';
    row.append(
      ...choices.map(({ label, press }) =>
        this.#button(label, (event) => {
          // Only a person's own press counts.
          if (event.isTrusted) press();
        }),
      ),
    );
    box.append(this.#line('', text), row);
    return box;
  }

  #buttons(orders: LiveOrders): HTMLElement {
    const { onEnd, onOpenPanel, onStopAll, onStopRecording, hotkey } = this.#options;
    const row = document.createElement('div');
    row.className = 'row';
    const end = this.#button('End session', onEnd);
    end.className = 'end';
    row.append(end);
    if (orders.grants.length > 0) {
      const stop = this.#button('Take all back', onStopAll);
      stop.title = hotkey;
      row.append(stop);
    }
    if (isRecorded(orders)) row.append(this.#button('Stop recording', onStopRecording));
    row.append(this.#button('Details', onOpenPanel));
    const move = this.#button('⇄', () => {
      this.#isAtStart = !this.#isAtStart;
      this.#section.classList.toggle('start', this.#isAtStart);
    });
    move.className = 'move';
    move.title = 'Move to the other side';
    move.setAttribute('aria-label', move.title);
    row.append(move);
    return row;
  }

  #button(label: string, press: (event: MouseEvent) => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', press);
    return button;
  }
}

function nameOf({ with: other }: LiveOrders): string {
  return other.name ?? 'Somebody';
}

function whoWords(orders: LiveOrders): string {
  const { organisation, isVerified } = orders.with;
  if (!isVerified) return `${nameOf(orders)} (not verified)`;
  return organisation === undefined ? nameOf(orders) : `${nameOf(orders)}, ${organisation} (verified)`;
}

function mayWords({ grants }: LiveOrders): string {
  // That it is recorded is said in a line of its own.
  const kinds = grants.map(({ kind }) => kind).filter((kind) => kind !== 'be-recorded');
  return kinds.length === 0 ? 'Connected. May do nothing yet.' : `May: ${kinds.map(titleOf).join(', ')}.`;
}

function isRecorded({ grants }: LiveOrders): boolean {
  return grants.some(({ kind }) => kind === 'be-recorded');
}

function titleOf(kind: GrantKind): string {
  const { title } = GRANT_WORDS[kind];
  return title.charAt(0).toLowerCase() + title.slice(1);
}

function phaseWords(phase: string): string {
  if (phase === 'comparing') return 'Compare the four words before anything is shown.';
  if (phase === 'reconnecting') return 'The connection was lost and is being looked for. Nothing is shown.';
  return 'Connecting. Nothing is shown yet.';
}
