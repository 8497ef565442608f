import { ManualSubscriber } from '../../src/live/subscriber/subscribe.js';
import type { GrantKind } from '../../src/shared/protocol/live-grants.js';
import { LiveSession } from '../../src/viewer/state/live-session.svelte.js';
import { exposeShown, watchText, watchVideo, type Watched } from './live-shown.js';
import { exposeTraffic } from './live-traffic.js';

// A technician's window with the viewer's own session, picture and video in it, 1080 px high as on a screen of that size.

const place = document.createElement('div');
place.style.cssText = 'position: fixed; inset: 0; background: #fff';
document.body.style.margin = '0';
document.body.append(place);

let session: LiveSession;
let watched: Watched | undefined;
let unmount: (() => void) | undefined;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    if (session.error !== undefined) throw session.error;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

/** The document that the picture is shown in. */
function picture(): Document | null | undefined {
  const frame = place.querySelector('iframe');
  return frame?.contentDocument?.querySelector<HTMLIFrameElement>('.screen.shown iframe')?.contentDocument;
}

function showing(mount: (into: HTMLElement) => (() => void) | undefined): void {
  unmount?.();
  watched?.stop();
  place.replaceChildren();
  unmount = mount(place);
}

export interface TechnicianPage {
  answer(offer: string): Promise<string>;
  open(): Promise<void>;
  ask(kinds: readonly GrantKind[]): Promise<void>;
  /** Shows the app as DOM; answers when its first picture was there, Unix ms. */
  showPicture(): Promise<number>;
  /** Shows the video; answers when its track and when its first picture was there. */
  showVideo(): Promise<{ readonly trackMs: number; readonly shownMs: number }>;
}

const page: TechnicianPage = {
  async answer(offer) {
    return await new Promise((resolve) => {
      session = new LiveSession({
        way: 'texts',
        signaling: new ManualSubscriber(resolve),
        servers: [],
        name: 'Ines',
        replayUrl: new URL('../../src/viewer/replay.html', document.baseURI).href,
        prove: () => Promise.resolve(undefined),
      });
      session.paste(offer);
    });
  },
  async open() {
    await until(() => session.state.words !== undefined);
    session.confirm();
    await until(() => session.isReady);
  },
  async ask(kinds) {
    for (const kind of kinds) await session.grants.ask(kind);
  },
  async showPicture() {
    showing((into) => session.picture.mount(into));
    await until(() => session.picture.state.name === 'shown');
    watched = watchText(() => picture()?.querySelector('#change')?.textContent ?? undefined);
    await until(() => watched?.shown.length !== 0);
    return watched.shown[0]?.atMs ?? Number.NaN;
  },
  async showVideo() {
    await until(() => session.video.stream !== undefined);
    const trackMs = Date.now();
    const video = document.createElement('video');
    video.style.cssText = 'position: absolute; width: 100%; height: 100%; object-fit: contain';
    showing((into) => {
      into.append(video);
      return session.video.play(video);
    });
    watched = watchVideo(video);
    await until(() => watched?.shown.length !== 0);
    return { trackMs, shownMs: watched.shown[0]?.atMs ?? Number.NaN };
  },
};
exposeTraffic();
exposeShown(() => watched);
Object.assign(globalThis, { liveTechnician: page });
