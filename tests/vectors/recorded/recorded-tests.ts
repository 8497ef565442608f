// The same tests in Node and in Chromium, as those of the other vectors.
import { expect, it } from 'vitest';
import { whatIsRead } from './what-is-read.js';

/** A bundle that an earlier version recorded, and what was read in it then. */
export interface Recorded {
  /** Version and scenario: `0.1.0/killed`. */
  readonly name: string;
  readonly bytes: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly read: () => Promise<unknown>;
}

export function testRecorded(recorded: readonly Recorded[]): void {
  it.each(recorded)('$name is read as on the day on which it was recorded', async ({ bytes, read }) => {
    expect(await whatIsRead(await bytes())).toEqual(await read());
  });
}
