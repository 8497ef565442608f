import { mutationOf, type Fields } from './recorded-fields.js';

interface Change {
  readonly data: Fields;
  /** The child that it adds, or whose text it sets. */
  readonly child?: unknown;
  readonly kind: 'add' | 'remove' | 'text' | 'attributes' | 'rules';
  /** The child that stands behind the one that it adds. */
  readonly nextId?: unknown;
}

/** What happened to elements that only the replayer can bring to where they are, in its order; without what is undone later. */
export class SealedChanges {
  /** By the element's id. */
  readonly #changes = new Map<number, Change[]>();

  /** The element is not there any more, or it is a new one. */
  forget(id: number): void {
    this.#changes.delete(id);
  }

  all(): Fields[] {
    return [...this.#changes.values()].flatMap((changes) => changes.map(({ data }) => data));
  }

  add(id: number, add: Fields): void {
    const { node, nextId } = add as { readonly node: Fields; readonly nextId?: unknown };
    this.#written(id, { kind: 'add', child: node['id'], nextId, data: mutationOf({ adds: [add] }) });
  }

  remove(id: number, remove: Fields): void {
    const child = remove['id'];
    const changes = this.#changes.get(id) ?? [];
    const isOurs = changes.some((change) => change.kind === 'add' && change.child === child);
    const isNeeded = changes.some((change) => change.nextId === child);
    if (isOurs && !isNeeded) {
      this.#changes.set(
        id,
        changes.filter((change) => change.child !== child && change.kind !== 'rules'),
      );
    } else {
      this.#written(id, { kind: 'remove', data: mutationOf({ removes: [remove] }) });
    }
  }

  setText(id: number, text: Fields): void {
    this.#written(id, { kind: 'text', child: text['id'], data: mutationOf({ texts: [text] }) });
  }

  change(id: number, attributes: Fields): void {
    this.#push(id, { kind: 'attributes', data: mutationOf({ attributes: [{ id, attributes }] }) });
  }

  /** Rules put in or taken out by a script. */
  changeRules(id: number, data: Fields): void {
    this.#push(id, { kind: 'rules', data });
  }

  /** What is written into a style element makes a new sheet of it: what scripts changed in the old one is gone. So is an older text. */
  #written(id: number, change: Change): void {
    const isOver = ({ kind, child }: Change): boolean =>
      kind === 'rules' || (change.kind === 'text' && kind === 'text' && child === change.child);
    this.#changes.set(id, [...(this.#changes.get(id) ?? []).filter((earlier) => !isOver(earlier)), change]);
  }

  #push(id: number, change: Change): void {
    const changes = this.#changes.get(id);
    if (changes === undefined) this.#changes.set(id, [change]);
    else changes.push(change);
  }
}
