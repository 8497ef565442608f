import type { Place } from './folded-tree.js';
import { isFields, type Fields } from './recorded-fields.js';

/** Of these an attribute says what it does at the time when it is set: it is not the same to have been built with it. */
const SET_LATER = new Set(
  'audio canvas details iframe img input meter optgroup option progress select source track video'.split(' '),
);

/** What becomes of changed attributes: written into the recorded node where that is the same, and told to the replayer where it is not. */
export class LaterAttributes {
  /** By the element's id. */
  readonly #changes = new Map<number, Record<string, unknown>[]>();

  forget(id: number): void {
    this.#changes.delete(id);
  }

  all(): { readonly id: number; readonly attributes: Fields }[] {
    const all = [...this.#changes].flatMap(([id, changes]) => changes.map((attributes) => ({ id, attributes })));
    return all.filter(({ attributes }) => Object.keys(attributes).length > 0);
  }

  change(place: Place, attributes: Fields): void {
    const { id } = place.node;
    const built: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(attributes)) {
      const isPlain = typeof value === 'string' || value === null;
      if (!isPlain || SET_LATER.has(place.tag) || name.startsWith('rr_')) {
        this.#later(id, name, value);
        continue;
      }
      built[name] = value;
      if (name === 'style') this.#drop(id, name);
    }
    const before = (place.now?.['attributes'] ?? place.node['attributes']) as Fields;
    place.now = { ...place.now, attributes: { ...before, ...built } };
  }

  #later(id: number, name: string, value: unknown): void {
    const changes = this.#changes.get(id) ?? [];
    this.#changes.set(id, changes);
    const last = changes.at(-1);
    const earlier = last?.[name];
    // A table of single properties changes what was there.
    if (last === undefined || (isFields(value) && typeof earlier === 'string')) changes.push({ [name]: value });
    else last[name] = isFields(value) && isFields(earlier) ? { ...earlier, ...value } : value;
  }

  #drop(id: number, name: string): void {
    for (const change of this.#changes.get(id) ?? []) Reflect.deleteProperty(change, name);
  }
}
