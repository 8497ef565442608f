import type { ActionEvent } from '../../../shared/session/lane.js';
import { isElement, isField } from '../../masking/fields.js';
import { listen } from '../../page.js';
import type { Lane, LaneContext } from '../lane.js';
import { ariaLabelOf, controlOf, describeElement, nameOf, roleOf } from './element-names.js';
import { describeKey } from './keys.js';
import { watchNavigation } from './navigation.js';

/** Scrolling counts as the user's when one of these came shortly before: otherwise the page scrolled itself. */
const SCROLL_CAUSE_MS = 2000;
/** Parts of a page that are scrolled at a time. */
const SCROLL_QUIET_MS = 1000;

/** What the user did, in words. Names are those on the controls; what was typed is never among them. */
export const actionLane: Lane = (context) => {
  const lane = new ActionLane(context);
  const on = (type: string, work: (event: never) => void): (() => void) =>
    listen(
      window,
      type,
      context.guard((event: Event) => {
        // What a script does in the user's name is the app's doing.
        if (event.isTrusted && !context.isPaused()) work(event as never);
      }),
    );
  const stops = [
    on('click', lane.click),
    on('dblclick', (event: Event) => {
      lane.say('double-click', 'double-clicked', event);
    }),
    on('contextmenu', (event: Event) => {
      lane.say('context-menu', 'opened the context menu of', event);
    }),
    on('input', lane.input),
    on('change', lane.change),
    on('focusout', lane.leave),
    on('submit', (event: Event) => {
      lane.say('submit', 'submitted', event);
    }),
    on('keydown', lane.key),
    on('dragstart', lane.dragStart),
    on('drop', lane.drop),
    on('wheel', lane.scrollCause),
    on('touchmove', lane.scrollCause),
    on('pointerdown', lane.scrollCause),
    on('scroll', lane.scroll),
    on('focus', (event: Event) => {
      if (event.target === window) lane.emit('focus-window', 'came back to the window');
    }),
    on('blur', (event: Event) => {
      if (event.target === window) lane.emit('blur-window', 'left the window');
    }),
    watchNavigation(context),
  ];
  return () => {
    for (const stop of stops) stop();
  };
};

class ActionLane {
  readonly #context: LaneContext;
  /** The field that is being typed in: said once, when it begins. */
  #typingIn: Element | undefined;
  #dragged: string | undefined;
  #scrollCauseMs = -Infinity;
  #scrolled: EventTarget | undefined;
  #scrolledMs = -Infinity;

  constructor(context: LaneContext) {
    this.#context = context;
  }

  emit(kind: ActionEvent['kind'], text: string, target?: Node): void {
    const nodeId = target === undefined ? undefined : this.#context.nodeId(target);
    this.#context.emit({
      type: 'action',
      t: this.#context.now(),
      kind,
      text,
      ...(nodeId === undefined ? {} : { nodeId }),
    });
  }

  say(kind: ActionEvent['kind'], verb: string, event: Event): void {
    const control = controlOf(event);
    if (control !== undefined) this.emit(kind, `${verb} ${describeElement(control)}`, control);
  }

  readonly click = (event: MouseEvent): void => {
    const control = controlOf(event);
    if (control === undefined) return;
    // A key or a label that sets off a click: the key and the field tell it themselves.
    if (control.localName === 'label' && (control as HTMLLabelElement).control !== null) return;
    if (isToggle(control) || control.localName === 'option' || control.localName === 'select') return;
    const verb = event.detail === 0 ? 'pressed' : 'clicked';
    // Clicks after the first of a double click are told by `dblclick`.
    if (event.detail > 1) return;
    this.emit('click', `${verb} ${describeElement(control)}`, control);
  };

  readonly input = (event: Event): void => {
    const control = controlOf(event);
    if (control === undefined || control === this.#typingIn) return;
    if (isField(control) && (isToggle(control) || control.type === 'file')) return;
    if (control.localName === 'select') return;
    this.#typingIn = control;
    const verb = isField(control) && ['range', 'color'].includes(control.type) ? 'moved' : 'typed in';
    this.emit('input', `${verb} ${describeElement(control)}`, control);
  };

  readonly leave = (): void => {
    this.#typingIn = undefined;
  };

  readonly change = (event: Event): void => {
    const control = controlOf(event);
    if (control === undefined) return;
    if (control.localName === 'select') {
      const chosen = [...(control as HTMLSelectElement).selectedOptions].map((option) => `"${nameOf(option)}"`);
      this.emit(
        'select',
        `chose ${chosen.slice(0, 5).join(', ') || 'nothing'} in ${describeElement(control)}`,
        control,
      );
    } else if (isToggle(control)) {
      const verb = control.type === 'radio' ? 'chose' : control.checked ? 'checked' : 'unchecked';
      this.emit('toggle', `${verb} ${describeElement(control)}`, control);
    } else if (isField(control) && control.type === 'file') {
      const count = (control as HTMLInputElement).files?.length ?? 0;
      this.emit('input', `chose ${count === 1 ? 'a file' : `${count} files`} in ${describeElement(control)}`, control);
    }
  };

  readonly key = (event: KeyboardEvent): void => {
    const key = describeKey(event);
    const target = event.composedPath()[0];
    if (key === undefined || !isElement(target) || controlOf(event) === undefined) return;
    const isSomewhere = target !== document.body && target !== document.documentElement;
    this.emit('key', isSomewhere ? `pressed ${key} in ${describeElement(target)}` : `pressed ${key}`, target);
    this.#scrollCauseMs = this.#context.now();
  };

  readonly dragStart = (event: Event): void => {
    const path = event.composedPath().filter(isElement);
    const item = path.find((element) => element.draggable) ?? path[0];
    this.#dragged = item === undefined ? undefined : describeElement(item);
  };

  readonly drop = (event: Event): void => {
    const target = event
      .composedPath()
      .find((node) => isElement(node) && roleOf(node) !== 'element' && nameOf(node) !== '');
    const onto = isElement(target) ? ` onto ${describeElement(target)}` : '';
    const first = event.composedPath()[0];
    this.emit(
      'drag',
      `dragged ${this.#dragged ?? 'something from outside'}${onto}`,
      isElement(first) ? first : undefined,
    );
    this.#dragged = undefined;
  };

  readonly scrollCause = (): void => {
    this.#scrollCauseMs = this.#context.now();
  };

  readonly scroll = (event: Event): void => {
    const nowMs = this.#context.now();
    if (nowMs - this.#scrollCauseMs > SCROLL_CAUSE_MS) return;
    const isSame = this.#scrolled === event.target && nowMs - this.#scrolledMs < SCROLL_QUIET_MS;
    this.#scrolled = event.target ?? undefined;
    this.#scrolledMs = nowMs;
    if (isSame) return;
    const target = event.target;
    const isPart = isElement(target) && target !== document.documentElement;
    const label = isPart ? (ariaLabelOf(target) ?? target.getAttribute('id')) : null;
    const what = isPart ? `${roleOf(target)}${label === null ? '' : ` "${label}"`}` : 'the page';
    this.emit('scroll', `scrolled ${what}`, isPart ? target : undefined);
  };
}

function isToggle(element: Element): element is HTMLInputElement {
  if (element.localName !== 'input') return false;
  const { type } = element as HTMLInputElement;
  return type === 'checkbox' || type === 'radio';
}
