import { LABELLED_INPUT_TYPES } from '../../shared/privacy/policy.js';
import type { DomEvent } from '../../shared/session/lane.js';
import { INCREMENTAL, INPUT } from '../../shared/session/rrweb-numbers.js';
import { isField } from '../masking/fields.js';
import { selectors } from '../masking/selectors.js';
import { listen, type Guard } from '../page.js';

/** A form with more is a grid: what is beyond stays as it was until the next snapshot. */
const MAX_FIELDS = 1000;

type Field = HTMLInputElement | HTMLTextAreaElement;

export interface FormResetsOptions {
  readonly guard: Guard;
  readonly idOf: (node: Node) => number | undefined;
  readonly emit: (event: DomEvent) => void;
  /** As it may be recorded. */
  readonly textOf: (field: Field) => string;
  readonly tellSelect: (select: HTMLSelectElement) => void;
}

/** Tells what fields hold after a form was reset: rrweb does not hear of it. */
export class FormResets {
  readonly #options: FormResetsOptions;
  /** To rrweb they hold what they held before: when they hold that again, it says nothing. */
  readonly #fields = new WeakSet<Field>();

  constructor(options: FormResetsOptions) {
    this.#options = options;
  }

  start(): () => void {
    const { guard } = this.#options;
    const tell = guard((form: HTMLFormElement) => {
      this.#tell(form);
    });
    const tellField = guard((field: Field) => {
      this.#tellField(field);
    });
    const onInput = guard((event: Event) => {
      const field = event.composedPath()[0];
      if (isField(field) && this.#fields.delete(field)) setTimeout(tellField, 0, field);
    });
    const onReset = guard((event: Event) => {
      const form = event.composedPath()[0];
      if (form instanceof HTMLFormElement) setTimeout(tell, 0, form);
    });
    const stops = [
      // Fields are reset when everybody has heard of it.
      listen(window, 'reset', onReset),
      listen(window, 'input', onInput),
      listen(window, 'change', onInput),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #tell(form: HTMLFormElement): void {
    for (let index = 0; index < form.elements.length && index < MAX_FIELDS; index += 1) {
      const element = form.elements[index];
      if (element instanceof HTMLSelectElement) this.#options.tellSelect(element);
      else if (isField(element) && !LABELLED_INPUT_TYPES.has(element.type)) {
        this.#fields.add(element);
        this.#tellField(element);
      }
    }
  }

  #tellField(field: Field): void {
    const { idOf, emit, textOf } = this.#options;
    const id = idOf(field);
    if (id === undefined || field.closest(selectors.block) !== null) return;
    const isBox = field.type === 'checkbox' || field.type === 'radio';
    const isChecked = isBox && (field as HTMLInputElement).checked;
    emit({ type: INCREMENTAL, data: { source: INPUT, id, text: textOf(field), isChecked }, timestamp: 0 });
  }
}
