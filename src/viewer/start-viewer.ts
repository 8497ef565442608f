import { mount } from 'svelte';
import { createServices, type Services } from './services.js';
import { OpenAhead } from './state/open-ahead.svelte.js';
import { takeCode } from './state/sign-in.svelte.js';

/** The app waits so long at most for the browser to have nothing better to do. */
const IDLE_WAIT_MS = 200;

export interface ViewerPlaces {
  /** Filled by the app. */
  readonly target: Element;
  /** Where the replay is shown before there is an app; absent: it comes with the app. */
  readonly ahead: HTMLElement | null;
}

/** Puts together everything that the viewer is made of, with the report that the address names first. */
export async function startViewer(
  places: ViewerPlaces,
  doFetch?: typeof fetch,
): Promise<{ readonly services: Services; readonly app: object }> {
  const code = takeCode(window);
  const services = createServices(window, doFetch);
  const { route } = services.router;
  // Only where a frame can be moved with what it shows, and nobody has to sign in first.
  const isAhead =
    code === undefined && route.page === 'report' && places.ahead !== null && 'moveBefore' in places.ahead;
  const ahead = isAhead ? new OpenAhead(services, route, places.ahead) : undefined;
  if (ahead !== undefined) {
    await ahead.settled;
    // What was shown is on the screen by then: to mount the app takes longer than a frame.
    await untilIdle(window);
  }
  const { default: App } = await import('./App.svelte');
  const app = mount(App, { target: places.target, props: { services, ahead } });
  // A local file asks no desk for anything.
  if (code !== undefined || services.router.route.page !== 'file') void services.signIn.start(code);
  return { services, app };
}

function untilIdle(view: Window): Promise<void> {
  return new Promise((resolve) => {
    const then = (): void => {
      resolve();
    };
    // Not in every browser yet.
    if ('requestIdleCallback' in view) view.requestIdleCallback(then, { timeout: IDLE_WAIT_MS });
    else setTimeout(then);
  });
}
