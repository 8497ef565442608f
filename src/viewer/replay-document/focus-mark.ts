import { FOCUS_MARK, FOCUS_WITHIN_MARK } from './focus-css.js';
import type { SafeEvent } from './sanitise-event.js';
import { BLUR, FOCUS, INCREMENTAL, MOUSE_INTERACTION } from '../../shared/session/rrweb-numbers.js';

/** Which element of a replayed page has the focus. */
export class FocusMark {
  #focused: { readonly id: number; readonly isVisible: boolean } | undefined;
  #marked: readonly Element[] = [];

  /** Takes notice of an event. Answers whether the focus is elsewhere now. */
  note({ type, data }: Pick<SafeEvent, 'type' | 'data'>): boolean {
    const { source, type: kind, id, pointerType } = data as Readonly<Record<string, unknown>>;
    if (type !== INCREMENTAL || source !== MOUSE_INTERACTION || typeof id !== 'number') return false;
    // The recorder says by what means where the page shows no ring for it.
    if (kind === FOCUS) this.#focused = { id, isVisible: pointerType === undefined };
    else if (kind === BLUR && id === this.#focused?.id) this.#focused = undefined;
    else return false;
    return true;
  }

  /** Puts the marks where they belong in the page as it is now. */
  apply(nodeOf: (id: number) => Node | null): void {
    for (const element of this.#marked) {
      element.removeAttribute(FOCUS_MARK);
      element.removeAttribute(FOCUS_WITHIN_MARK);
    }
    const focused = this.#focused;
    const path = focused === undefined ? [] : pathFrom(nodeOf(focused.id));
    for (const element of path) element.setAttribute(FOCUS_WITHIN_MARK, '');
    path[0]?.setAttribute(FOCUS_MARK, focused?.isVisible === true ? 'visible' : '');
    this.#marked = path;
  }
}

/** An element and all that it is in, out of shadow roots too. */
function pathFrom(node: Node | null): Element[] {
  const path: Element[] = [];
  for (let at = node; at !== null; at = at.parentNode ?? (at as Partial<ShadowRoot>).host ?? null) {
    if (at.nodeType === 1) path.push(at as Element);
  }
  return path;
}
