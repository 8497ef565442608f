import { FluxionError } from '../shared/errors.js';

/** What the panel says to the page that shows it, from its own origin: nothing of a draft is ever in it. */
const CLOSED_MESSAGE = 'fluxrec-panel-closed';

// The host has no box of its own: the dom lane keeps an empty one of what is blocked.
const STYLE = `
:host { all: initial; display: block !important; position: fixed !important; width: 0 !important; height: 0 !important; }
dialog {
  box-sizing: border-box; width: min(960px, calc(100vw - 32px)); height: min(780px, calc(100dvh - 32px));
  max-width: none; max-height: none; margin: auto; padding: 0; border: 1px solid light-dark(#d0d3da, #43464f);
  border-radius: 10px; overflow: hidden; background: light-dark(#ffffff, #1b1d22); color: light-dark(#1c1e24, #eceef3);
  box-shadow: 0 12px 48px rgb(0 0 0 / 35%); color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif;
}
dialog::backdrop { background: rgb(10 12 18 / 45%); }
iframe { display: block; width: 100%; height: 100%; border: 0; }
.problem { width: min(440px, calc(100vw - 32px)); height: fit-content; padding: 20px 24px; }
h2 { margin: 0 0 8px; font-size: 17px; }
p { margin: 0 0 16px; }
button {
  font: inherit; padding: 6px 16px; border: 1px solid light-dark(#8a8f9b, #7d828f); border-radius: 6px;
  background: light-dark(#f4f5f7, #2a2d34); color: inherit; cursor: pointer;
}
button:focus-visible { outline: 2px solid light-dark(#0b57d0, #8ab4f8); outline-offset: 2px; }
.choice { display: flex; gap: 8px; flex-wrap: wrap; }
.close { position: absolute; inset: auto auto 8px -999px; }
.close:focus-visible { inset: auto 8px 8px auto; }
@media (max-width: 600px) {
  dialog:not(.problem) { width: 100vw; height: 100dvh; border: 0; border-radius: 0; }
}
@media (forced-colors: active) { dialog, button { border-color: CanvasText; } }
`;

/** Something that only a person may answer. */
export interface Question {
  readonly title: string;
  readonly text: string;
  readonly yes: string;
  readonly no: string;
}

function checkedUrl(embedUrl: string): URL {
  const url = new URL(embedUrl, location.href);
  if (url.origin === location.origin || url.origin === 'null') {
    // On the page's own origin the page could read what the customer is about to send, and press Send.
    throw new FluxionError('panel-origin', 'Send Diagnostics cannot be shown here: it must have an origin of its own.');
  }
  return url;
}

/** Shows the panel above the page in a frame of its own origin, modal, never recorded. One at a time. */
export class PanelOverlay {
  readonly #onChange: (isOpen: boolean) => void;
  #host: HTMLElement | undefined;
  #dialog: HTMLDialogElement | undefined;
  #stopListening: (() => void) | undefined;
  #onClose: (() => void) | undefined;

  constructor(onChange: (isOpen: boolean) => void) {
    this.#onChange = onChange;
  }

  get isOpen(): boolean {
    return this.#host !== undefined;
  }

  /** Throws a FluxionError if the URL is of the page's own origin. */
  open(embedUrl: string, title: string): void {
    const url = checkedUrl(embedUrl);
    this.close();
    const frame = document.createElement('iframe');
    frame.title = title;
    frame.allow = 'clipboard-write';
    frame.referrerPolicy = 'no-referrer';
    frame.src = url.href;
    const onMessage = (event: MessageEvent<unknown>): void => {
      // Any window may send messages: only the frame's own word counts, from where we put it.
      if (event.source !== frame.contentWindow || event.origin !== url.origin) return;
      const message = event.data;
      if (typeof message === 'object' && message !== null && (message as { type?: unknown }).type === CLOSED_MESSAGE) {
        this.close();
      }
    };
    window.addEventListener('message', onMessage);
    this.#stopListening = () => {
      window.removeEventListener('message', onMessage);
    };
    frame.addEventListener('load', () => {
      frame.focus();
    });
    // Behind the frame in the order of tabs, seen when it has the focus: the way out if the panel itself does not answer.
    // Until then it is elsewhere, not just transparent: the panel lets nothing lie above its Send button.
    const close = this.#closeButton();
    close.className = 'close';
    this.#show(title, '', [frame, close]);
    frame.focus();
  }

  /** Says why there is no panel. */
  showProblem(title: string, message: string): void {
    this.close();
    const close = this.#closeButton();
    this.#show(title, 'problem', [...this.#words(title, message), close]);
    close.focus();
  }

  /** True only when a person pressed yes: a script's click is none. Closing it is no. */
  ask({ title, text, yes, no }: Question): Promise<boolean> {
    this.close();
    return new Promise((resolve) => {
      const agree = this.#button(yes, (event) => {
        if (!event.isTrusted) return;
        resolve(true);
        this.close();
      });
      const refuse = this.#button(no, () => {
        this.close();
      });
      this.#onClose = () => {
        resolve(false);
      };
      const row = document.createElement('div');
      row.className = 'choice';
      row.append(agree, refuse);
      this.#show(title, 'problem', [...this.#words(title, text), row]);
      refuse.focus();
    });
  }

  close(): void {
    if (this.#host === undefined) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#onClose?.();
    this.#onClose = undefined;
    // Closing gives the focus back to where it was.
    this.#dialog?.close();
    this.#host.remove();
    this.#host = undefined;
    this.#dialog = undefined;
    this.#onChange(false);
  }

  #closeButton(): HTMLButtonElement {
    return this.#button('Close', () => {
      this.close();
    });
  }

  #button(label: string, press: (event: MouseEvent) => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', press);
    return button;
  }

  #words(title: string, message: string): HTMLElement[] {
    const heading = document.createElement('h2');
    heading.textContent = title;
    const text = document.createElement('p');
    text.textContent = message;
    return [heading, text];
  }

  #show(title: string, className: string, content: readonly HTMLElement[]): void {
    const host = document.createElement('fluxrec-overlay');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    // Not a style element: a page's style-src may forbid those.
    root.adoptedStyleSheets = [sheet];
    const dialog = document.createElement('dialog');
    dialog.className = className;
    dialog.setAttribute('aria-label', title);
    dialog.append(...content);
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    root.append(dialog);
    document.documentElement.append(host);
    dialog.showModal();
    this.#host = host;
    this.#dialog = dialog;
    this.#onChange(true);
  }
}
