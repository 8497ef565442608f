// Of the kind of element that no lane records: the dot is over the customer's window and nowhere else.
const TAG = 'fluxrec-overlay';
/** A hand that rests is not seen for ever. */
const STALE_MS = 5000;
const SIZE_PX = 22;

const STYLE = `
:host { all: initial; display: block !important; position: fixed !important; inset: 0 auto auto 0 !important;
  width: 0 !important; height: 0 !important; z-index: 2147483647 !important; pointer-events: none !important; }
div { box-sizing: border-box; position: absolute; width: ${SIZE_PX}px; height: ${SIZE_PX}px; margin: ${-SIZE_PX / 2}px 0 0 ${-SIZE_PX / 2}px;
  border: 3px solid #fff; border-radius: 50%; background: rgb(214 0 92 / 85%); box-shadow: 0 0 0 2px rgb(214 0 92), 0 0 14px 4px rgb(214 0 92 / 55%);
  pointer-events: none; will-change: transform; }
@media (forced-colors: active) { div { background: Highlight; forced-color-adjust: none; } }
`;

/** The technician's laser pointer over this window. It cannot be pressed, and presses go through it. */
export class Laser {
  #host: HTMLElement | undefined;
  #dot: HTMLElement | undefined;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = { x: 0, y: 0 };

  /** In parts of the viewport's width and height. */
  point(x: number, y: number): void {
    this.#at = { x, y };
    if (this.#host === undefined) this.#show();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.hide();
    }, STALE_MS);
    // At most as often as the screen is drawn, however often it is told.
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        if (this.#dot === undefined) return;
        this.#dot.style.transform = `translate(${this.#at.x * innerWidth}px, ${this.#at.y * innerHeight}px)`;
      });
    }
  }

  hide(): void {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#host?.remove();
    this.#host = undefined;
    this.#dot = undefined;
  }

  #show(): void {
    const host = document.createElement(TAG);
    host.setAttribute('aria-hidden', 'true');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const dot = document.createElement('div');
    root.append(dot);
    document.documentElement.append(host);
    this.#host = host;
    this.#dot = dot;
  }
}
