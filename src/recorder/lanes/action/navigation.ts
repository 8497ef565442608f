import { redactUrl } from '../../../shared/privacy/redact-url.js';
import { listen } from '../../page.js';
import type { LaneContext } from '../lane.js';

/** The part of the Navigation API that is used: it tells every change of the address without a wrapper around history. */
interface NavigationApi extends EventTarget {
  readonly currentEntry: { readonly url: string | null } | null;
}

/** Says where the window is now: at the start, and at every change of the address within the document. */
export function watchNavigation(context: LaneContext): () => void {
  let last = '';
  const say = context.guard((kind: string) => {
    const url = shortUrl(location.href);
    if (url === last) return;
    last = url;
    context.emit({ type: 'action', t: context.now(), kind: 'navigate', text: `${kind} ${url}` });
  });
  say('opened');
  const navigation = (window as { readonly navigation?: NavigationApi }).navigation;
  const onChange = (): void => {
    say('went to');
  };
  if (navigation !== undefined) return listen(navigation, 'currententrychange', onChange);
  const stops = [listen(window, 'hashchange', onChange), listen(window, 'popstate', onChange)];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Without the origin, which is the app's own and always the same. */
function shortUrl(href: string): string {
  const url = redactUrl(href);
  return url.startsWith(`${location.origin}/`) ? url.slice(location.origin.length) : url;
}
