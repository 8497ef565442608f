// What every answer carries, and what the two documents may do.

/** The app that is recorded and the panel live on other ports of the same host: none may embed or read what the desk answers. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'origin-agent-cluster': '?1',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-dns-prefetch-control': 'off',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), midi=(), payment=(), clipboard-read=(), clipboard-write=(self), fullscreen=(self)',
};

/** JSON, bundles, errors: not documents, so they can do nothing. */
export const API_CSP = "default-src 'none'; frame-ancestors 'none'";

/** `storeOrigin`: where the viewer reads parts from besides the desk itself. */
export function viewerPolicy(storeOrigin: string | undefined): string {
  const connect = `connect-src 'self'${storeOrigin === undefined ? '' : ` ${storeOrigin}`}`;
  return [...VIEWER_CSP, connect].join('; ');
}

const VIEWER_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  'media-src blob:',
  "font-src 'self'",
  "frame-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
