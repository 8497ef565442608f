import { onCurrentRecorder } from './current.js';
import type { Recorder } from './recorder-api.js';

export const BUTTON_TAG = 'fluxion-diagnostics-button';

const STYLE = `
:host { display: inline-block; }
:host([hidden]) { display: none; }
button {
  display: inline-flex; align-items: center; gap: 0.5em; box-sizing: border-box; width: 100%; margin: 0;
  padding: var(--fluxrec-button-padding, 0.35em 0.8em); font: var(--fluxrec-button-font, inherit);
  color: var(--fluxrec-button-color, inherit); background: var(--fluxrec-button-background, transparent);
  border: var(--fluxrec-button-border, 1px solid color-mix(in srgb, currentcolor 45%, transparent));
  border-radius: var(--fluxrec-button-radius, 6px); cursor: pointer;
}
button:hover:enabled { background: var(--fluxrec-button-hover-background, color-mix(in srgb, currentcolor 10%, transparent)); }
button:focus-visible { outline: 2px solid var(--fluxrec-button-focus, highlight); outline-offset: 2px; }
button:disabled { opacity: 0.55; cursor: default; }
span[part='indicator'] {
  box-sizing: border-box; flex: none; width: 0.6em; height: 0.6em; border-radius: 50%; border: 1px solid transparent;
  background: var(--fluxrec-indicator-recording, #1a9c4b);
}
:host([state='starting']) span[part='indicator'] { background: transparent; border-color: currentcolor; }
:host([state='paused']) span[part='indicator'], :host([state='stopped']) span[part='indicator'] {
  background: transparent; border-color: var(--fluxrec-indicator-paused, currentcolor); border-radius: 1px;
}
:host([state='failed']) span[part='indicator'] { background: var(--fluxrec-indicator-failed, #c62828); border-radius: 1px; }
span[part='badge'] {
  box-sizing: border-box; flex: none; min-width: 1.5em; padding: 0 0.4em; border-radius: 1em; text-align: center;
  font-size: 0.85em; font-weight: 600; background: var(--fluxrec-badge-background, #1d5bd0); color: var(--fluxrec-badge-color, #ffffff);
}
span[part='badge'][hidden] { display: none; }
@media (forced-colors: active) { span[part='indicator'] { forced-color-adjust: none; } }
`;

const STATE_WORDS: Readonly<Record<Recorder['state'], string>> = {
  starting: 'The recording is starting.',
  recording: 'Recording on this computer. Nothing is sent before you say so.',
  paused: 'Recording is paused.',
  failed: 'Recording does not work at the moment.',
  stopped: 'Recording is off.',
};

/**
 * Registers `<fluxion-diagnostics-button>`. Attributes: `disabled`; `state` is set by the element itself, for styling. Its
 * label is the slotted text, its accessible name always "Send Diagnostics". Parts: button, indicator, label, badge. Custom
 * properties: --fluxrec-button-{padding,font,color,background,hover-background,border,radius,focus},
 * --fluxrec-indicator-{recording,paused,failed}, --fluxrec-badge-{background,color}.
 */
export function registerButton(): void {
  if (typeof customElements === 'undefined' || customElements.get(BUTTON_TAG) !== undefined) return;

  class DiagnosticsButton extends HTMLElement {
    static readonly observedAttributes = ['disabled'];
    readonly #button: HTMLButtonElement;
    readonly #badge: HTMLElement;
    #stops: (() => void)[] = [];
    #recorder: Recorder | undefined;

    constructor() {
      super();
      const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      const button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('part', 'button');
      button.setAttribute('aria-label', 'Send Diagnostics');
      button.setAttribute('aria-haspopup', 'dialog');
      const indicator = document.createElement('span');
      indicator.setAttribute('part', 'indicator');
      const label = document.createElement('slot');
      label.setAttribute('part', 'label');
      label.textContent = 'Send Diagnostics';
      const badge = document.createElement('span');
      badge.setAttribute('part', 'badge');
      badge.hidden = true;
      button.append(indicator, label, badge);
      this.#badge = badge;
      button.addEventListener('click', () => {
        if (this.#recorder?.isPanelOpen !== true) void this.#recorder?.openPanel('send');
      });
      root.append(button);
      this.#button = button;
    }

    connectedCallback(): void {
      let stopRecorder = (): void => undefined;
      const stopCurrent = onCurrentRecorder((recorder) => {
        stopRecorder();
        this.#recorder = recorder;
        this.#show();
        stopRecorder =
          recorder?.onChange(() => {
            this.#show();
          }) ?? stopRecorder;
      });
      this.#stops = [
        stopCurrent,
        () => {
          stopRecorder();
        },
      ];
    }

    disconnectedCallback(): void {
      for (const stop of this.#stops) stop();
      this.#stops = [];
    }

    attributeChangedCallback(): void {
      this.#show();
    }

    #show(): void {
      const state = this.#recorder?.state ?? 'stopped';
      const isOpen = this.#recorder?.isPanelOpen ?? false;
      if (this.getAttribute('state') !== state) this.setAttribute('state', state);
      // Not while the panel is open: it gives the focus back to this button.
      this.#button.disabled = this.hasAttribute('disabled') || state === 'stopped';
      const pending = this.#recorder?.pendingRequests ?? 0;
      this.#badge.hidden = pending === 0;
      this.#badge.textContent = String(pending);
      this.#button.title = pending === 0 ? STATE_WORDS[state] : 'Support asks for your approval.';
      this.#button.setAttribute('aria-expanded', String(isOpen));
    }
  }

  customElements.define(BUTTON_TAG, DiagnosticsButton);
}
