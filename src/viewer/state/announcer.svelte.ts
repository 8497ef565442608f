import { ViewerContext } from './viewer-context.js';

const SHOWN_MS = 4_000;

/** Short news for eyes and ears: "Link copied". */
export class Announcer {
  #text = $state('');
  #tone = $state<'info' | 'error'>('info');
  #timer: ReturnType<typeof setTimeout> | undefined;

  get text(): string {
    return this.#text;
  }
  get tone(): 'info' | 'error' {
    return this.#tone;
  }

  say(text: string, tone: 'info' | 'error' = 'info'): void {
    clearTimeout(this.#timer);
    this.#text = text;
    this.#tone = tone;
    this.#timer = setTimeout(() => {
      this.#text = '';
    }, SHOWN_MS);
  }

  /** Copies, and says whether it worked: a page without the permission, or not over HTTPS, may not. */
  async copy(text: string, done: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      if (copyByHand(text)) this.say(done);
      else this.say('The browser did not let us copy. Select the text and copy it.', 'error');
    }
  }
}

/** The old way, where there is no clipboard to write to: select a field's text and let the browser copy it. */
function copyByHand(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  const focused = document.activeElement;
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  // Deprecated, and the only way on plain HTTP beyond loopback.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const copied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

export const announcerContext = new ViewerContext<Announcer>('announcer');
