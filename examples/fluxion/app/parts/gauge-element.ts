const STYLE = `
  :host { display: inline-grid; place-items: center; gap: 0.25rem; font: inherit; }
  svg { width: 8rem; height: 4.5rem; }
  .track { stroke: var(--line, #ccd); }
  .value { stroke: var(--accent, #3a5bd9); transition: stroke-dashoffset 300ms ease-out; }
  path { fill: none; stroke-width: 10; stroke-linecap: round; }
  output { font-size: 1.25rem; font-variant-numeric: tabular-nums; }
`;
const ARC_LENGTH = 126;

/** `<load-gauge label="…" value="0…100">`: a web component with a shadow root, as a vendor would ship one. */
class LoadGauge extends HTMLElement {
  static readonly observedAttributes = ['value', 'label'];
  readonly #arc: SVGPathElement;
  readonly #output: HTMLOutputElement;
  readonly #label: HTMLElement;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const template = document.createElement('template');
    template.innerHTML = `<svg viewBox="0 0 100 56" aria-hidden="true"><path class="track" d="M10 50a40 40 0 0 1 80 0"/>
      <path class="value" d="M10 50a40 40 0 0 1 80 0" stroke-dasharray="${ARC_LENGTH}"/></svg><output></output><span></span>`;
    root.append(template.content.cloneNode(true));
    const [arc, output, label] = [
      root.querySelector<SVGPathElement>('.value'),
      root.querySelector('output'),
      root.querySelector('span'),
    ];
    if (arc === null || output === null || label === null) throw new Error('The gauge template is incomplete.');
    this.#arc = arc;
    this.#output = output;
    this.#label = label;
  }

  attributeChangedCallback(): void {
    const value = Math.min(100, Math.max(0, Number(this.getAttribute('value') ?? 0)));
    this.#arc.setAttribute('stroke-dashoffset', String(ARC_LENGTH * (1 - value / 100)));
    this.#output.textContent = `${value.toFixed(0)} %`;
    this.#label.textContent = this.getAttribute('label');
  }
}

customElements.define('load-gauge', LoadGauge);
