import * as v from 'valibot';

// Keys as they stand in files, letters and on the screen.

/** 32 bytes in base64url without padding: 43 characters, of whose last one only four bits count. */
const KEY_PATTERN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
/** 64 bytes in base64url without padding. */
const SIGNATURE_PATTERN = /^[A-Za-z0-9_-]{85}[AQgw]$/;
/** An age recipient of X25519: bech32 of 32 bytes, `age1` and 58 characters. */
const RECIPIENT_PATTERN = /^age1[02-9ac-hj-np-z]{58}$/;

/** An Ed25519 public key. It also names whose it is: an install, a technician, an organisation. One key has one spelling. */
export const signingKeySchema = v.pipe(v.string(), v.regex(KEY_PATTERN));
export const signatureSchema = v.pipe(v.string(), v.regex(SIGNATURE_PATTERN));
/** An X25519 public key, as age writes it: what letters are sealed to. */
export const recipientSchema = v.pipe(v.string(), v.regex(RECIPIENT_PATTERN));

/** The public half of an identity: who somebody is, and how to write to them. */
export const publicIdentitySchema = v.object({ signingKey: signingKeySchema, recipient: recipientSchema });
export type PublicIdentity = v.InferOutput<typeof publicIdentitySchema>;
