// The panel's two documents, wherever they are served: over HTTP by the web host, by a scheme of its own in Electron.

export const PANEL_DOCUMENT = 'src/recorder/panel/index.html';
/** What the panel plays a draft in. */
export const REPLAY_DOCUMENT = 'src/viewer/replay.html';

export const PANEL_PERMISSIONS_POLICY = 'camera=(), microphone=(), geolocation=(), display-capture=()';

/** `embedders`: origins of the pages that may show the panel in a frame; none where it has a window of its own. */
export function panelPolicy(embedders: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    'media-src blob:',
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${embedders.length === 0 ? "'none'" : embedders.join(' ')}`,
  ].join('; ');
}
