// The public entry `fluxion-recorder/bundle`: reads, checks and writes `.fluxrec` files, in pages, workers and Node. The format is
// docs/bundle-format.md.
export type { Bundle, ChainRead, OpenOptions, ReadOptions } from './bundle.js';
export { blobSource, bytesSource, type ByteSource } from './byte-source.js';
export { BundleError, type BundleErrorCode, type BundleProblem } from './errors.js';
export type { Manifest, ManifestEntry } from './manifest.js';
export { openBundle } from './read.js';
export { bundleOf, sealEvents, SealError, type Stretch } from './seal-events.js';
export type { SignatureCheck } from './signature.js';
export { verifyBundle, type VerifyOptions, type VerifyProgress } from './verify.js';
export type { ManifestHead } from './write.js';
export { FluxionError } from '../errors.js';
export { domEventMonoMs, toSessionMs, type Anchor, type Source } from '../session/clock.js';
export type { DomEvent, EventLane, LaneEvent } from '../session/lane.js';
export type { SealedSegment, Segment } from '../session/segment.js';
