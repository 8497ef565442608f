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

/**
 * Puts a Proxy in the place of a function: name, length, toString, own properties and identity of what it calls stay as
 * they are. Answers the function that takes it away again, or leaves it inert where others have wrapped it since.
 */
export function replaceFunction<T extends object, K extends keyof T & string>(
  owner: T,
  name: K,
  handler: ProxyHandler<Extract<T[K], (...args: never[]) => unknown>>,
): () => void {
  const property = Reflect.getOwnPropertyDescriptor(owner, name);
  const original = owner[name];
  if (typeof original !== 'function') return () => undefined;
  const state = { on: true };
  const replacement = new Proxy(original as Extract<T[K], (...args: never[]) => unknown>, whileOn(state, handler));
  const isPut = Reflect.defineProperty(owner, name, {
    configurable: true,
    enumerable: property?.enumerable ?? true,
    writable: true,
    value: replacement,
  });
  return () => {
    state.on = false;
    if (!isPut || owner[name] !== replacement) return;
    if (property === undefined) Reflect.deleteProperty(owner, name);
    else Reflect.defineProperty(owner, name, property);
  };
}

type Callable = (...args: never[]) => unknown;

function whileOn<F extends Callable>(state: { readonly on: boolean }, handler: ProxyHandler<F>): ProxyHandler<F> {
  const apply = handler.apply?.bind(handler);
  const construct = handler.construct?.bind(handler);
  return {
    ...(apply === undefined
      ? {}
      : {
          apply: (target: F, self: unknown, args: unknown[]): unknown =>
            state.on ? apply(target, self, args) : Reflect.apply(target, self, args),
        }),
    ...(construct === undefined
      ? {}
      : {
          construct: (target: F, args: unknown[], newTarget: Callable): object =>
            state.on ? construct(target, args, newTarget) : (Reflect.construct(target, args, newTarget) as object),
        }),
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
