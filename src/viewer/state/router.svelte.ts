import { parseRoute, routeHash, type Route } from './route.js';
import { ViewerContext } from './viewer-context.js';

/** The part of `window` that a router needs. */
export interface RouterWindow {
  readonly location: Pick<Location, 'hash' | 'href'>;
  readonly history: Pick<History, 'pushState' | 'replaceState'>;
  addEventListener(type: 'hashchange' | 'popstate', listener: () => void): void;
  removeEventListener(type: 'hashchange' | 'popstate', listener: () => void): void;
}

/** Where the viewer is, kept the same as the address. */
export class Router {
  readonly #window: RouterWindow;
  #route = $state.raw<Route>({ page: 'inbox' });

  constructor(window: RouterWindow) {
    this.#window = window;
    this.#route = parseRoute(window.location.hash);
    window.addEventListener('hashchange', this.#follow);
    window.addEventListener('popstate', this.#follow);
  }

  get route(): Route {
    return this.#route;
  }

  readonly #follow = (): void => {
    this.#route = parseRoute(this.#window.location.hash);
  };

  go(route: Route): void {
    this.#window.history.pushState(null, '', routeHash(route));
    this.#route = route;
  }

  /** The address to give to someone else. */
  linkTo(route: Route): string {
    return `${this.#window.location.href.split('#', 1)[0] ?? ''}${routeHash(route)}`;
  }

  dispose(): void {
    this.#window.removeEventListener('hashchange', this.#follow);
    this.#window.removeEventListener('popstate', this.#follow);
  }
}

export const routerContext = new ViewerContext<Router>('router');
