// A preload script for an app that has none of its own, or bundles none: `fluxion-recorder/preload.cjs`, one self-contained file.
import { exposeRecorder } from './preload.js';

exposeRecorder();
