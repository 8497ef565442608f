/** Segments within this time of the moment that is looked at come before all others. */
const NEAR_MS = 30_000;

interface Reaching {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * What lies around a moment first, then the rest, each in the order of time: so that neighbours in the file are read one
 * after the other, and merging them costs little.
 */
export function nearestFirst<T extends Reaching>(segments: readonly T[], aroundMs: number): T[] {
  const isNear = (segment: T): boolean => segment.endMs >= aroundMs - NEAR_MS && segment.startMs <= aroundMs + NEAR_MS;
  return [...segments.filter(isNear), ...segments.filter((segment) => !isNear(segment))];
}

/** Lets the page paint and hear the keyboard. A message, not a timer: timers are held to 4 ms and more. */
export function yieldToPage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
