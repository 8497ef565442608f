import { requestEarly } from './sources/early-requests.js';
import { parseRoute } from './state/route.js';

// A script of its own, which index.html (by scripts/document-scripts.ts) runs as soon as it is there: it asks the desk for the
// report that the address names while the viewer is still being fetched and compiled.
const route = parseRoute(location.hash);
if (route.page === 'report') requestEarly(new URL('/', location.href).href, route.id);
