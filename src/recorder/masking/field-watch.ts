import { Matcher, type Hit } from '../../shared/privacy/matcher.js';
import { MASK, type MaskedKind } from '../../shared/privacy/policy.js';
import { MaskedValues, type MaskedValue } from '../../shared/privacy/masked-values.js';
import { listen, replaceFunction, watchSetter, type Guard } from '../page.js';
import { editableAround, isElement, isField, isOwnFieldOnly, maskedKindOf, type Field } from './fields.js';
import { valuesInAddress, watchFormNames } from './form-names.js';
import { ShadowRoots } from './shadow-roots.js';
import { TypedRun } from './typed-run.js';

/** Of an editable element's text this much is looked at on each key. */
const MAX_EDITABLE_TEXT = 8192;
/** Fields looked at in one pass over a document: a page with more is a grid of inputs, whose values its snapshot shows. */
const MAX_FIELDS = 5000;

/** Who must know the values: the ring's worker, and the host process for its own lanes. */
type Reader = 'ring' | 'host';

/**
 * Keeps the values that masked fields hold or held, from every side they can come from: typed, pre-filled, set by script,
 * hidden. The values stay in memory; the ring's worker gets what is new with the next batch.
 */
export class FieldWatch {
  readonly #values = new MaskedValues();
  readonly #matcher = new Matcher(this.#values);
  /** What each reader has not been told yet. */
  readonly #fresh: Record<Reader, MaskedValue[]> = { ring: [], host: [] };
  /** What each field held last, to know typing from replacing. */
  readonly #held = new WeakMap<Element, string>();
  readonly #runs = new WeakMap<Element, TypedRun>();
  readonly #shadowRoots = new ShadowRoots();

  /** The shadow roots that elements were given since recording began, closed ones too. */
  get shadowRoots(): ShadowRoots {
    return this.#shadowRoots;
  }

  /** Values that this reader has not been told yet. */
  takeFresh(reader: Reader): readonly MaskedValue[] {
    const fresh = this.#fresh[reader];
    this.#fresh[reader] = [];
    return fresh;
  }

  /** All values, for a reader that knows none. */
  all(reader: Reader): readonly MaskedValue[] {
    this.#fresh[reader] = [];
    return this.#values.snapshot();
  }

  /** All values, for somebody who asks again when there are more. */
  snapshot(): readonly MaskedValue[] {
    return this.#values.snapshot();
  }

  /** Rises with every value that is new. */
  get revision(): number {
    return this.#values.revision;
  }

  /** Where a text that the page shows has such a value. */
  findIn(text: string): readonly Hit[] {
    return this.#matcher.findAll(text, false);
  }

  /** For the few words that leave the page without going through the worker, as its title does. */
  mask(text: string): string {
    return this.#matcher.replace(text, MASK, false);
  }

  add(value: string, kind: MaskedKind, holder?: Element): void {
    const before = holder === undefined ? undefined : this.#held.get(holder);
    if (value === before) return;
    if (holder !== undefined) this.#held.set(holder, value);
    if (value !== '') this.#tell(this.#values.add(value, kind, before));
    if (holder !== undefined && before !== undefined) this.#addRun(before, value, kind, holder);
  }

  /** What the field holds now, and what it was given in its markup. */
  addField(field: Field): void {
    const kind = maskedKindOf(field);
    if (kind === undefined || isOwnFieldOnly(field)) return;
    const given = field.defaultValue;
    if (given !== '' && given !== field.value) this.#tell(this.#values.add(given, kind));
    this.add(field.value, kind, field);
  }

  /** All fields in a document or shadow root. */
  addAll(root: ParentNode): void {
    const fields = root.querySelectorAll<Field>('input,textarea');
    for (let index = 0; index < fields.length && index < MAX_FIELDS; index++) {
      const field = fields[index];
      if (field !== undefined) this.addField(field);
    }
  }

  start(guard: Guard): () => void {
    const onInput = guard((event: Event) => {
      const target = event.composedPath()[0];
      if (isField(target)) this.addField(target);
      else if (isElement(target)) this.#addEditable(target);
    });
    guard(() => {
      for (const { value, kind } of valuesInAddress(location.href)) this.add(value, kind);
    })();
    const stops = [
      watchFormNames(guard),
      this.#watchClosedRoots(guard, onInput),
      // At the window and before everybody else: the app's own listener may log the value at once.
      listen(window, 'input', onInput),
      listen(window, 'change', onInput),
      listen(window, 'focusin', onInput),
      listen(window, 'focusout', onInput),
      this.#watchSetter(HTMLInputElement.prototype, 'value', guard),
      this.#watchSetter(HTMLTextAreaElement.prototype, 'value', guard),
      this.#watchSetter(HTMLInputElement.prototype, 'defaultValue', guard),
      this.#watchSetter(HTMLTextAreaElement.prototype, 'defaultValue', guard),
      this.#watchSetter(HTMLInputElement.prototype, 'type', guard),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Events that leave a closed shadow root hide where they were: there the root itself is listened to. */
  #watchClosedRoots(guard: Guard, onInput: (event: Event) => void): () => void {
    const onRoot = guard((root: unknown) => {
      if (!(root instanceof ShadowRoot)) return;
      this.#shadowRoots.add(root);
      if (root.mode !== 'closed') return;
      listen(root, 'input', onInput);
      listen(root, 'change', onInput);
      listen(root, 'focusin', onInput);
    });
    return replaceFunction(Element.prototype, 'attachShadow', {
      call(target, self, args) {
        const root: unknown = Reflect.apply(target, self, args);
        onRoot(root);
        return root;
      },
    });
  }

  #tell(values: readonly MaskedValue[]): void {
    if (values.length === 0) return;
    this.#fresh.ring.push(...values);
    this.#fresh.host.push(...values);
  }

  #addRun(before: string, value: string, kind: MaskedKind, holder: Element): void {
    const run = this.#runs.get(holder) ?? new TypedRun();
    this.#runs.set(holder, run);
    const { text, earlier } = run.change(before, value, caretOf(holder));
    if (text !== '' && text !== value) this.#tell(this.#values.add(text, kind, earlier));
  }

  #addEditable(element: Element): void {
    const editable = editableAround(element);
    if (editable !== undefined) this.add(editable.textContent.slice(0, MAX_EDITABLE_TEXT), 'field', editable);
  }

  /** A script's value is known before the script can use it elsewhere. */
  #watchSetter(prototype: Field, name: 'value' | 'defaultValue' | 'type', guard: Guard): () => void {
    const before = guard((field: Field) => {
      // A field that stops being a password field is remembered as one.
      if (name === 'type') maskedKindOf(field);
    });
    const after = guard((field: Field) => {
      this.addField(field);
    });
    return watchSetter(prototype, name, { before, after });
  }
}

/** Some fields (e-mail, number) do not tell where their caret is. */
function caretOf(holder: Element): number | undefined {
  return isField(holder) ? (holder.selectionStart ?? undefined) : undefined;
}
