// The thread that parts are read on: a script of its own in the build, started by verifier.ts. (Not `…-worker.ts`: those are
// compiled for a browser.)
import { parentPort } from 'node:worker_threads';
import { judgePart } from './verdict.js';
import type { VerifyJob } from './verifier.js';

parentPort?.on('message', ({ place, part }: VerifyJob) => {
  // One job at a time, and ending the thread is what stops one. What it rejects with ends the thread, too: an `error` over there.
  void judgePart(place, part).then((verdict) => parentPort?.postMessage(verdict));
});
