/**
 * The policy of the replay document, wherever it is served: what it replays is a stranger's page. It may show what the
 * recording holds, and nothing of it can leave. Its own meta element says nearly the same, for where no server adds headers.
 * `ancestors`: who embeds the page that embeds it. A browser asks all of a frame's ancestors, not its parent alone.
 */
export function replayPolicy(ancestors: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline' data: blob:",
    'img-src data: blob:',
    'font-src data: blob:',
    'media-src data: blob:',
    "connect-src 'none'",
    "frame-src 'none'",
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${["'self'", ...ancestors].join(' ')}`,
  ].join('; ');
}
