/**
 * What no build of ours carries, as bundlers name it: the desk's servers, which its operator installs and keeps up to date (the
 * package's optional peers), and two native packages that `ws` looks for and does without.
 */
export const OUTSIDE: readonly (string | RegExp)[] = [
  /^fastify$/,
  /^@fastify\//,
  /^@aws-sdk\//,
  'bufferutil',
  'utf-8-validate',
];
