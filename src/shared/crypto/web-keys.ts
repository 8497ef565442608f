// WebCrypto's types by what its functions answer: the names `CryptoKey` and `CryptoKeyPair` are not global in every environment.

type Generated = Awaited<ReturnType<typeof crypto.subtle.generateKey>>;
export type KeyPair = Extract<Generated, { privateKey: unknown }>;
export type PrivateKey = KeyPair['privateKey'];

/** What `generateKey` answers for an asymmetric algorithm. */
export function asPair(generated: Generated): KeyPair {
  if ('privateKey' in generated) return generated;
  throw new TypeError('This algorithm has no key pairs.');
}
