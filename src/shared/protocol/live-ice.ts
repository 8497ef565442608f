import * as v from 'valibot';

// Servers that help two sides to find a way to each other. None is used but those that somebody configured.

/** RFC 7064 and RFC 7065: `stun:HOST[:PORT]`, `turn:HOST[:PORT][?transport=udp|tcp]`; `turns:` over TLS. */
const ICE_URL = /^(stuns?:[^\s?@/]+|turns?:[^\s?@/]+(\?transport=(udp|tcp))?)$/;
export const iceUrlSchema = v.pipe(v.string(), v.maxLength(300), v.regex(ICE_URL));

export const iceServerSchema = v.object({
  urls: v.pipe(v.array(iceUrlSchema), v.minLength(1), v.maxLength(8)),
  username: v.optional(v.pipe(v.string(), v.maxLength(300))),
  credential: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
export type IceServer = v.InferOutput<typeof iceServerSchema>;
/** Chromium takes no more than 32, and each one makes the search for a way longer. */
export const iceServersSchema = v.pipe(v.array(iceServerSchema), v.maxLength(8));

/** Which pairs of networks can be joined. */
export const REACHES = ['same-network', 'direct', 'everywhere'] as const;
export type Reach = (typeof REACHES)[number];

/** Known before anybody tries; the screen says so. */
export function reachOf(servers: readonly IceServer[]): Reach {
  const urls = servers.flatMap((server) => server.urls);
  if (urls.some((url) => /^turns?:/.test(url))) return 'everywhere';
  return urls.length > 0 ? 'direct' : 'same-network';
}

export const REACH_SENTENCES: Readonly<Record<Reach, string>> = {
  'same-network':
    'Same network only: both computers must be in the same network or VPN, since no server that helps (STUN or TURN) is set up.',
  direct:
    'Most networks: a direct way is searched for. Some company networks allow none, and no relay (TURN) is set up for them.',
  everywhere: 'All networks: where there is no direct way, a relay carries the session. It cannot read it.',
};
