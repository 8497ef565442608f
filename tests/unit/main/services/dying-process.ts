import { join } from 'node:path';
import { nodeFileSystem } from '../../../../src/main/services/durable-file.js';
import { systemClock } from '../../../../src/main/services/host-clock.js';
import { HostLanes } from '../../../../src/main/services/host-lanes.js';
import { HostRing } from '../../../../src/main/services/host-ring.js';
import { observeProcessErrors } from '../../../../src/main/services/process-errors.js';
import { Session } from '../../../../src/main/services/session.js';

// Run by host-lanes.test.ts: a process that records, and comes to a given end.
const [dir = '', end] = process.argv.slice(2);
const clock = systemClock();
const session = await Session.open({ folder: dir, fs: nodeFileSystem, clock, maxAgeMs: 600_000 });
const ring = new HostRing({ folder: join(dir, 'ring'), clock, session, limits: { maxAgeMs: 600_000, maxBytes: 1e6 } });
observeProcessErrors(new HostLanes({ clock, ring, paused: false }));

if (end === 'reject-handled') process.on('unhandledRejection', () => undefined);
setTimeout(() => {
  if (end === 'throw') throw new Error('thrown');
  void Promise.reject(new Error('rejected'));
}, 20);
setTimeout(() => process.exit(0), 300);
