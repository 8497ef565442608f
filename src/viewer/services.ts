import { DeskClient } from './sources/desk-client.js';
import { fetchOrEarly } from './sources/early-requests.js';
import { Announcer, announcerContext } from './state/announcer.svelte.js';
import { CommandLetters, commandLettersContext } from './state/command-letters.js';
import { Inbox, inboxContext } from './state/inbox.svelte.js';
import { LiveLetters } from './state/live-letters.js';
import { Live, liveContext } from './state/live.svelte.js';
import { LocalFile, localFileContext } from './state/local-file.svelte.js';
import { ProposalMemory } from './state/proposal-memory.js';
import { Router, routerContext } from './state/router.svelte.js';
import { Shortcuts, shortcutsContext } from './state/shortcuts.svelte.js';
import { SignIn, signInContext } from './state/sign-in.svelte.js';
import { Technician, technicianContext } from './state/technician.svelte.js';
import { Theme, themeContext } from './state/theme.svelte.js';
import { WallClock, wallClockContext } from './state/wall-clock.svelte.js';

/** What lives as long as the page does. */
export interface Services {
  readonly desk: DeskClient;
  /** Tells sign-in of every 401, for what reads bundles beside the desk client. */
  readonly fetch: typeof fetch;
  /** Where the replay document is. */
  readonly replayUrl: string;
  readonly router: Router;
  readonly signIn: SignIn;
  readonly technician: Technician;
  readonly commandLetters: CommandLetters;
  readonly inbox: Inbox;
  readonly live: Live;
  readonly localFile: LocalFile;
  readonly shortcuts: Shortcuts;
  readonly announcer: Announcer;
  readonly theme: Theme;
  readonly wallClock: WallClock;
}

export function createServices(window: Window, doFetch: typeof fetch = fetchOrEarly): Services {
  const memory = storageOf(window);
  const watchedFetch: typeof fetch = async (input, init) => {
    const response = await doFetch(input, init);
    if (response.status === 401) signIn.expire();
    return response;
  };
  const desk = new DeskClient({ baseUrl: new URL('/', window.location.href).href, fetch: watchedFetch });
  const signIn = new SignIn(desk, memory);
  const technician = new Technician(async (handlers) => {
    const { TechnicianMailbox } = await import('./sources/technician-mailbox.js');
    // Not the watched fetch: a mailbox token that has ended signs nobody out.
    return TechnicianMailbox.open({ origin: window.location.origin, fetch: doFetch, ...handlers });
  }, signIn);
  const commandLetters = new CommandLetters({ technician, desk, signIn, memory: new ProposalMemory(memory) });
  // The desk serves this document as `/`, other servers where the build put it: this path is right from both.
  const replayUrl = new URL('../../src/viewer/replay.html', window.document.baseURI).href;
  return {
    desk,
    fetch: watchedFetch,
    replayUrl,
    router: new Router(window),
    signIn,
    technician,
    commandLetters,
    inbox: new Inbox({ desk, visibility: window.document, network: window }),
    live: new Live({ desk, signIn, technician, letters: new LiveLetters(technician), commandLetters, replayUrl }),
    localFile: new LocalFile(),
    shortcuts: new Shortcuts(),
    announcer: new Announcer(),
    theme: new Theme(window.document.documentElement, memory),
    wallClock: new WallClock(),
  };
}

/** A browser may forbid storage: then nothing is remembered. */
function storageOf(window: Window): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** Called by the root component: puts into context what any component may ask for. */
export function provideServices(services: Services): Services {
  routerContext.set(services.router);
  signInContext.set(services.signIn);
  technicianContext.set(services.technician);
  commandLettersContext.set(services.commandLetters);
  inboxContext.set(services.inbox);
  liveContext.set(services.live);
  localFileContext.set(services.localFile);
  shortcutsContext.set(services.shortcuts);
  announcerContext.set(services.announcer);
  themeContext.set(services.theme);
  wallClockContext.set(services.wallClock);
  return services;
}
