// The page's own world: builds what the preload exposes. Each call crosses as a DOM event, whose detail Chromium clones.
import {
  ANSWER,
  CALL,
  CALL_PAGE,
  CAPTURE,
  CAPTURE_ANSWER,
  EXPOSE,
  SETTLED,
  type CaptureAsked,
  type Handle,
} from './messages.js';

type AnyFunction = (...values: unknown[]) => unknown;

const functions = new Map<number, AnyFunction>();
let lastId = 0;

function nextId(): number {
  lastId += 1;
  return lastId;
}

function toPreload(value: unknown): unknown {
  if (typeof value !== 'function') return value;
  const id = nextId();
  functions.set(id, value as AnyFunction);
  return { $function: id } satisfies Handle;
}

interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}

function fromPreload(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(fromPreload);
  const { $function, $promise } = value as Handle;
  if ($function !== undefined) return (...values: unknown[]) => callPreload($function, values);
  if ($promise !== undefined) {
    return new Promise((resolve, reject) => {
      const onSettled = (event: Event): void => {
        const settled = (event as CustomEvent<Answer>).detail;
        if (settled.error === undefined) resolve(fromPreload(settled.value));
        else reject(new Error(settled.error));
      };
      document.addEventListener(`${SETTLED}${$promise}`, onSettled, { once: true });
    });
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromPreload(member)]));
}

function callPreload(called: number, values: readonly unknown[]): unknown {
  const call = nextId();
  let answer: Answer | undefined;
  const onAnswer = (event: Event): void => {
    answer = (event as CustomEvent<Answer>).detail;
  };
  document.addEventListener(`${ANSWER}${call}`, onAnswer, { once: true });
  document.dispatchEvent(new CustomEvent(CALL, { detail: { call, called, values: values.map(toPreload) } }));
  if (answer === undefined) throw new Error('The bridge is gone.');
  if (answer.error !== undefined) throw new Error(answer.error);
  return fromPreload(answer.value);
}

document.addEventListener(EXPOSE, (event) => {
  const { key, api } = (event as CustomEvent<{ key: string; api: unknown }>).detail;
  Object.defineProperty(window, key, { value: Object.freeze(fromPreload(api)), enumerable: true });
});
document.addEventListener(CALL_PAGE, (event) => {
  const { called, values } = (event as CustomEvent<{ called: number; values: unknown[] }>).detail;
  functions.get(called)?.(...values.map(fromPreload));
});

function mayCapture(asked: CaptureAsked): Promise<boolean> {
  return new Promise((resolve) => {
    const call = nextId();
    const onAnswer = (event: Event): void => {
      resolve((event as CustomEvent<boolean>).detail);
    };
    document.addEventListener(`${CAPTURE_ANSWER}${call}`, onAnswer, { once: true });
    document.dispatchEvent(new CustomEvent(CAPTURE, { detail: { call, asked } }));
  });
}

/** Before Chromium gives the page its own tab, which it does without a question here, the main process is asked as in Electron. */
function askMainProcess(devices: MediaDevices): void {
  const capture = devices.getDisplayMedia.bind(devices);
  devices.getDisplayMedia = async (options) => {
    const { video = true, audio = false } = options ?? {};
    const isGranted = await mayCapture({
      hasGesture: navigator.userActivation.isActive,
      hasVideo: video !== false,
      hasSound: audio !== false,
    });
    if (!isGranted) throw new DOMException('Permission denied', 'NotAllowedError');
    return await capture({ ...options, preferCurrentTab: true } as DisplayMediaStreamOptions);
  };
}

// Only secure pages have it, and the first document of a window is none.
if ('mediaDevices' in navigator) askMainProcess(navigator.mediaDevices);
