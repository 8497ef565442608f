// Of the same kind of element as the panel's overlay: blocked, so that nothing of it is recorded.
const TAG = 'fluxrec-overlay';

const STYLE = `
:host { all: initial; display: block !important; position: fixed !important; width: 0 !important; height: 0 !important; }
section {
  position: fixed; inset: auto 16px 16px auto; z-index: 2147483647; box-sizing: border-box; max-width: min(340px, calc(100vw - 32px));
  padding: 14px 16px; border: 1px solid light-dark(#d0d3da, #43464f); border-radius: 10px;
  background: light-dark(#ffffff, #1b1d22); color: light-dark(#1c1e24, #eceef3); color-scheme: light dark;
  box-shadow: 0 8px 32px rgb(0 0 0 / 28%); font: 15px/1.45 system-ui, sans-serif;
}
p { margin: 0 0 10px; }
div { display: flex; flex-wrap: wrap; gap: 8px; }
button {
  font: inherit; padding: 5px 14px; border: 1px solid light-dark(#8a8f9b, #7d828f); border-radius: 6px;
  background: light-dark(#f4f5f7, #2a2d34); color: inherit; cursor: pointer;
}
button.look { background: light-dark(#1d5bd0, #82adff); border-color: transparent; color: light-dark(#ffffff, #0d1628); }
button:focus-visible { outline: 2px solid light-dark(#0b57d0, #8ab4f8); outline-offset: 2px; }
@media (forced-colors: active) { section, button { border-color: CanvasText; } }
`;

function wordsFor(pending: number): string {
  return pending === 1
    ? 'Support asks for your approval of something. Nothing happens unless you approve it.'
    : `Support asks for your approval of ${pending} things. Nothing happens unless you approve it.`;
}

export interface RequestNoticeOptions {
  /** The customer wants to see them. */
  readonly onLook: () => void;
}

/**
 * Tells in the page that support asks for something. It decides nothing: a page could hide it, or make one of its own, and all
 * that it does is open the panel, where the customer sees and decides.
 */
export class RequestNotice {
  readonly #options: RequestNoticeOptions;
  #host: HTMLElement | undefined;
  #text: HTMLElement | undefined;
  #pending = 0;
  /** Of so many the customer was told and did not want to look. */
  #dismissed = 0;
  #isCovered = false;

  constructor(options: RequestNoticeOptions) {
    this.#options = options;
  }

  /** How many wait now. More than were dismissed are told again. */
  setPending(pending: number): void {
    this.#pending = pending;
    this.#dismissed = Math.min(this.#dismissed, pending);
    this.#update();
  }

  /** The panel is open: it says so itself. */
  setCovered(isCovered: boolean): void {
    // What was in the panel has been told.
    if (this.#isCovered && !isCovered) this.#dismissed = this.#pending;
    this.#isCovered = isCovered;
    this.#update();
  }

  remove(): void {
    this.#host?.remove();
    this.#host = undefined;
    this.#text = undefined;
  }

  #update(): void {
    if (this.#pending <= this.#dismissed || this.#isCovered) {
      this.remove();
      return;
    }
    if (this.#host === undefined) this.#show();
    if (this.#text !== undefined) this.#text.textContent = wordsFor(this.#pending);
  }

  #show(): void {
    const host = document.createElement(TAG);
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const section = document.createElement('section');
    // Read out when it comes, without taking the focus from what the customer is doing.
    section.setAttribute('role', 'status');
    const text = document.createElement('p');
    const row = document.createElement('div');
    const look = this.#button('Look at it', () => {
      this.#options.onLook();
    });
    look.className = 'look';
    const later = this.#button('Later', () => {
      this.#dismissed = this.#pending;
      this.remove();
    });
    row.append(look, later);
    section.append(text, row);
    root.append(section);
    document.documentElement.append(host);
    this.#host = host;
    this.#text = text;
  }

  #button(label: string, press: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', press);
    return button;
  }
}
