import * as v from 'valibot';
import { MAX_COMMANDS } from '../commands/command.js';
import { MAX_ENTRIES, MAX_PATH_LENGTH, MAX_TEXT_LENGTH } from '../constants.js';
import { recipientSchema, signingKeySchema } from '../crypto/keys.js';
import { sourceSchema } from '../session/clock.js';

/** Version of the bundle format. Raise it only with docs/bundle-format.md, a frozen shape in versions/ and an upgrade step. */
export const FORMAT = 1;

/** The path of the manifest, the first entry of every bundle; and those kept for signing and sealing. */
export const MANIFEST_PATH = 'manifest.json';
export const SIGNATURE_PATH = 'signature';
export const KEYS_PATH = 'keys.age';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const shortText = v.pipe(v.string(), v.maxLength(200));

export const manifestEntrySchema = v.looseObject({
  path: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_PATH_LENGTH)),
  /** A name of this version's lanes, or of a later version's. */
  lane: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/)),
  source: v.pipe(v.string(), v.maxLength(64)),
  chain: count,
  /** Place in its chain, from 0. Where one is left out, what follows in that chain cannot be built upon. */
  sequence: v.optional(count),
  startMs: v.pipe(v.number(), v.finite()),
  endMs: v.pipe(v.number(), v.finite()),
  /** Lines in it. */
  events: count,
  bytes: count,
  sha256,
  storedBytes: count,
  storedSha256: sha256,
  /** How plain became stored. A reader that does not know a value says so for this entry and reads the others. */
  encoding: v.pipe(v.string(), v.maxLength(64)),
  checkout: v.optional(v.literal(true)),
});
export type ManifestEntry = v.InferOutput<typeof manifestEntrySchema>;

export const manifestSchema = v.looseObject({
  format: v.literal(FORMAT),
  session: v.looseObject({
    id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
    app: v.looseObject({ name: shortText, version: shortText }),
    platform: v.looseObject({ os: shortText, arch: v.optional(shortText), runtime: v.optional(shortText) }),
    /** Wall clock (Unix ms) of session time 0. */
    startedMs: v.pipe(v.number(), v.finite()),
  }),
  /** When this bundle was put together (Unix ms). */
  createdMs: v.pipe(v.number(), v.finite()),
  /** The stretch of session time that the customer chose to send. Entries may reach over it, by whole segments. */
  range: v.object({ startMs: v.pipe(v.number(), v.finite()), endMs: v.pipe(v.number(), v.finite()) }),
  /** What the customer wrote. */
  description: v.optional(v.pipe(v.string(), v.maxLength(MAX_TEXT_LENGTH))),
  /** The install that made it: the key that signs it, and the one that letters to it are sealed to. */
  install: v.optional(v.looseObject({ signingKey: signingKeySchema, recipient: recipientSchema })),
  /** What the install's host offers support to propose: each as commands/command.ts has it, or a later version. */
  commands: v.optional(v.pipe(v.array(v.looseObject({ name: shortText })), v.maxLength(MAX_COMMANDS))),
  sources: v.pipe(v.array(sourceSchema), v.maxLength(10_000)),
  /** The lanes in this bundle, in the order that a viewer offers them. */
  lanes: v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(64)),
  entries: v.pipe(v.array(manifestEntrySchema), v.maxLength(MAX_ENTRIES)),
});
export type Manifest = v.InferOutput<typeof manifestSchema>;
