import process from 'node:process';
import fc from 'fast-check';
import { RUNS } from './fuzz.js';

// What property tests are tried with: the same cases each time, so that a run of the tests says something of the change and not of
// its luck. `npm run test:fuzz` takes new ones, and many times more (FUZZ_TIMES); FUZZ_SEED tries those of an earlier run again.
const times = Number(process.env['FUZZ_TIMES'] ?? 1);
const seed = process.env['FUZZ_SEED'] ?? (times > 1 ? undefined : '20260101');
fc.configureGlobal({ numRuns: RUNS * times, ...(seed === undefined ? {} : { seed: Number(seed) }) });
