import { EventEmitter } from 'node:events';

const LISTENING = ['on', 'once', 'addListener', 'prependListener'];
const EMITTER = [...LISTENING, 'off', 'removeListener', 'removeAllListeners', 'listenerCount', 'emit'];

function refuse(name: string, member: string): never {
  throw new Error(`stand-in: ${name}.${member} is not implemented`);
}

/**
 * What is implemented of one of Electron's objects: its members are typed against electron.d.ts, and to ask for any other, or to
 * listen to an event that never comes, throws.
 */
export function strict<T extends object>(
  name: string,
  implemented: Partial<T>,
  emitter?: EventEmitter,
  events: readonly string[] = [],
): T {
  return new Proxy(implemented, {
    get(target, member) {
      if (typeof member === 'symbol' || member === 'then' || member === 'toJSON') return undefined;
      if (emitter !== undefined && EMITTER.includes(member)) {
        return (...values: [string, ...never[]]): unknown => {
          if (LISTENING.includes(member) && !events.includes(values[0])) refuse(name, `on('${values[0]}')`);
          return (emitter[member as 'emit'] as (...all: unknown[]) => unknown)(...values);
        };
      }
      if (!(member in target)) refuse(name, member);
      return Reflect.get(target, member, target);
    },
    // Electron's own objects let themselves be patched.
    set: (target, member, value) =>
      member in target ? Reflect.set(target, member, value) : refuse(name, `${String(member)} =`),
  }) as T;
}

/** As `strict`, for a class: `new` calls `create`. */
export function strictClass<T extends abstract new (...values: never[]) => object>(
  name: string,
  create: (...values: ConstructorParameters<T>) => InstanceType<T>,
  statics: Partial<T>,
): T {
  const members = strict<T>(name, statics);
  return new Proxy(function () {} as unknown as T, {
    construct: (_target, values) => create(...(values as ConstructorParameters<T>)),
    get: (target, member) => (member === 'prototype' ? target.prototype : Reflect.get(members, member)) as unknown,
  });
}

/** An event whose default can be prevented, and what came with it. */
export function preventable<T extends object>(details: T): T & { preventDefault(): void; defaultPrevented: boolean } {
  return {
    ...details,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true;
    },
  };
}
