// The preload's isolated world: what a sandboxed preload script may require, over a CDP binding that only this world has.
import { decode, encode } from '../codec.js';
import {
  ANSWER,
  CALL,
  CALL_PAGE,
  CAPTURE,
  CAPTURE_ANSWER,
  EXPOSE,
  RECEIVE,
  SEND,
  SETTLED,
  type CaptureAsked,
  type Handle,
  type ToPreload,
  type ToProcess,
} from './messages.js';

type AnyFunction = (...values: unknown[]) => unknown;

const scope = globalThis as unknown as Record<string, unknown>;
const listeners = new Map<string, Set<AnyFunction>>();
const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
const functions = new Map<number, AnyFunction>();
let lastId = 0;

function nextId(): number {
  lastId += 1;
  return lastId;
}

function send(message: ToProcess): void {
  (scope[SEND] as (text: string) => void)(encode(message));
}

scope[RECEIVE] = (text: string): void => {
  const message = decode(text) as ToPreload;
  if (message.type === 'event') {
    for (const listener of [...(listeners.get(message.channel) ?? [])]) listener({}, ...message.values);
    return;
  }
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === 'answer') asked?.resolve(message.value);
  else asked?.reject(new Error(message.message));
};

function ask(message: (id: number) => ToProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const id = nextId();
    waiting.set(id, { resolve, reject });
    send(message(id));
  });
}

const ipcRenderer = {
  invoke: (channel: string, ...values: unknown[]): Promise<unknown> =>
    ask((id) => ({ type: 'invoke', id, channel, values })),
  on(channel: string, listener: AnyFunction): void {
    const ofChannel = listeners.get(channel) ?? new Set();
    listeners.set(channel, ofChannel);
    ofChannel.add(listener);
  },
};

const contextBridge = {
  exposeInMainWorld(key: string, api: unknown): void {
    tell(EXPOSE, { key, api: toPage(api) });
  },
};

function tell(type: string, detail: unknown): void {
  document.dispatchEvent(new CustomEvent(type, { detail }));
}

/** A value as the page gets it: functions and promises by a handle, everything else copied. */
function toPage(value: unknown): unknown {
  if (typeof value === 'function') {
    const id = nextId();
    functions.set(id, value as AnyFunction);
    return { $function: id } satisfies Handle;
  }
  if (value instanceof Promise) {
    const id = nextId();
    value.then(
      (settled) => {
        tell(`${SETTLED}${id}`, { value: toPage(settled) });
      },
      (error: unknown) => {
        tell(`${SETTLED}${id}`, { error: String(error instanceof Error ? error.message : error) });
      },
    );
    return { $promise: id } satisfies Handle;
  }
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(toPage);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPage(member)]));
}

function fromPage(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const { $function } = value as Handle;
  if ($function === undefined) return value;
  return (...values: unknown[]): void => {
    tell(CALL_PAGE, { called: $function, values: values.map(toPage) });
  };
}

document.addEventListener(CALL, (event) => {
  const { call, called, values } = (event as CustomEvent<{ call: number; called: number; values: unknown[] }>).detail;
  try {
    tell(`${ANSWER}${call}`, { value: toPage(functions.get(called)?.(...values.map(fromPage))) });
  } catch (error) {
    tell(`${ANSWER}${call}`, { error: String(error) });
  }
});

document.addEventListener(CAPTURE, (event) => {
  const { call, asked } = (event as CustomEvent<{ call: number; asked: CaptureAsked }>).detail;
  ask((id) => ({ type: 'display-media', id, ...asked })).then(
    (isGranted) => {
      tell(`${CAPTURE_ANSWER}${call}`, isGranted);
    },
    (error: unknown) => {
      console.error(error);
      tell(`${CAPTURE_ANSWER}${call}`, false);
    },
  );
});

function strict(name: string, members: Record<string, unknown>): unknown {
  return new Proxy(members, {
    get(target, member) {
      if (typeof member === 'string' && !(member in target)) {
        throw new Error(`stand-in: ${name}.${member} is not implemented`);
      }
      return Reflect.get(target, member) as unknown;
    },
  });
}

const electron = strict('electron', {
  contextBridge: strict('contextBridge', contextBridge),
  ipcRenderer: strict('ipcRenderer', ipcRenderer),
});

/** What the preload scripts are given; the stand-in puts them behind this script. */
scope['__standinRequire'] = (name: string): unknown => {
  if (name === 'electron') return electron;
  throw new Error(`module not found: ${name}`);
};
