// What the recorder takes from its page before the page can change it: a page that replaces a clock or a prototype later
// changes its own behaviour, not ours.

/** Monotonic milliseconds of this document. */
export const now: () => number = performance.now.bind(performance);
/** Unix milliseconds. */
export const wallNow: () => number = Date.now.bind(Date);

/**
 * Wraps what the page calls back: nothing of ours ever throws into it. What fails is told to `onFault`, once per kind, for
 * the recorder lane.
 */
export type Guard = <A extends unknown[], R>(work: (...args: A) => R) => (...args: A) => R | undefined;

export function makeGuard(onFault: (error: unknown) => void): Guard {
  return (work) =>
    (...args) => {
      try {
        return work(...args);
      } catch (error) {
        onFault(error);
        return undefined;
      }
    };
}

export type Callable = (...args: never[]) => unknown;

/** What stands in a function's place. `outermost` is the frame right under the page's own, for stacks. */
export interface StandIn {
  call?(target: Callable, self: unknown, args: unknown[], outermost: Callable): unknown;
  construct?(target: Callable, args: unknown[], newTarget: Callable): object;
}

/**
 * Puts a Proxy in the place of a function: name, length, toString, own properties and identity of what it calls stay as
 * they are. Answers the function that takes it away again, or leaves it inert where others have wrapped it since.
 */
export function replaceFunction<K extends string>(
  owner: Partial<Record<K, unknown>>,
  name: K,
  standIn: StandIn,
): () => void {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  const original = owner[name];
  if (typeof original !== 'function') return () => undefined;
  let isOn = true;
  const apply = (target: Callable, self: unknown, args: unknown[]): unknown =>
    isOn && standIn.call !== undefined ? standIn.call(target, self, args, apply) : Reflect.apply(target, self, args);
  const construct = (target: Callable, args: unknown[], newTarget: Callable): object =>
    isOn && standIn.construct !== undefined
      ? standIn.construct(target, args, newTarget)
      : (Reflect.construct(target, args, newTarget) as object);
  const replacement = new Proxy(original as Callable, { apply, construct });
  const isPut = Reflect.defineProperty(owner, name, {
    configurable: true,
    enumerable: property?.enumerable ?? true,
    writable: true,
    value: replacement,
  });
  return () => {
    isOn = false;
    if (!isPut || owner[name] !== replacement) return;
    if (property === undefined) Reflect.deleteProperty(owner, name);
    else Reflect.defineProperty(owner, name, property);
  };
}

/** What is called around the setting of a property. */
export interface SetterWatch<T> {
  readonly before?: (self: T) => void;
  readonly after: (self: T) => void;
}

/** Hears whenever a property is set; reading stays the browser's own. Answers the function that takes it away again. */
export function watchSetter<T extends object>(
  prototype: T,
  name: keyof T & string,
  { before, after }: SetterWatch<T>,
): () => void {
  const property = Reflect.getOwnPropertyDescriptor(prototype, name);
  const set = property?.set;
  if (property?.configurable !== true || set === undefined) return () => undefined;
  let isOn = true;
  const replacement = new Proxy(set, {
    apply: (target, self: T, args) => {
      if (isOn) before?.(self);
      Reflect.apply(target, self, args);
      if (isOn) after(self);
    },
  });
  Reflect.defineProperty(prototype, name, { ...property, set: replacement });
  return () => {
    isOn = false;
    if (Reflect.getOwnPropertyDescriptor(prototype, name)?.set === replacement) {
      Reflect.defineProperty(prototype, name, property);
    }
  };
}

/** Listens until the returned function is called; the listener is guarded by whoever made it. */
export function listen(
  target: EventTarget,
  type: string,
  // Whoever listens knows what kind of event the type brings.
  listener: (event: never) => void,
  capture = true,
): () => void {
  const options = { capture, passive: true };
  const registered = listener as EventListener;
  target.addEventListener(type, registered, options);
  return () => {
    target.removeEventListener(type, registered, options);
  };
}
