import { openRing } from '../../src/recorder/ring/ring.js';

// The page that ring-wipe.test.ts builds and opens: a ring within reach of the test.
Object.assign(globalThis, { openRing });
