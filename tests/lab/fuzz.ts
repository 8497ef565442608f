import fc from 'fast-check';

/**
 * What property tests are tried with. The same cases each time, so that a run of the tests says something of the change and not of
 * its luck; `npm run test:fuzz` takes new ones, and many times more: FUZZ_TIMES. FUZZ_SEED tries the cases of an earlier run again.
 */
const times = Number(process.env['FUZZ_TIMES'] ?? 1);
const seed = process.env['FUZZ_SEED'] ?? (times > 1 ? undefined : '20260101');

fc.configureGlobal({ numRuns: runs(100), ...(seed === undefined ? {} : { seed: Number(seed) }) });

/** As many runs of a property, or FUZZ_TIMES as many. */
export function runs(usual: number): number {
  return usual * times;
}
