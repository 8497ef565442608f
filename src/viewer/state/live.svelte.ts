import { LiveError } from '../../shared/protocol/live-errors.js';
import { FluxionError } from '../../shared/errors.js';
import { reachOf, type IceServer, type Reach } from '../../shared/protocol/live-ice.js';
import { parsePairingCode } from '../../shared/protocol/pairing-code.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import type { PublicIdentity } from '../../shared/crypto/keys.js';
import type { CommandLetters } from './command-letters.js';
import { connectionPost, reportPost } from './live-command-post.js';
import { INVITATION_MS, type LiveLetters } from './live-letters.js';
import type { LiveSession, LiveSessionOptions } from './live-session.svelte.js';
import type { SignIn } from './sign-in.svelte.js';
import type { Technician } from './technician.svelte.js';
import { ViewerContext } from './viewer-context.js';

export interface LiveOptions {
  readonly desk: Pick<DeskClient, 'joinLive' | 'liveServers' | 'openLiveSocket' | 'keepPicture'>;
  readonly signIn: Pick<SignIn, 'isSignedIn' | 'state'>;
  readonly technician: Pick<Technician, 'open' | 'proveAsk' | 'state' | 'onLetter'>;
  readonly commandLetters: Pick<CommandLetters, 'propose' | 'cancel'>;
  readonly letters: Pick<LiveLetters, 'invite' | 'with' | 'carryBy' | 'takeIn'>;
  readonly replayUrl: string;
}

/** The report that a session is about, and whom it is from. */
export interface Invited {
  readonly install: PublicIdentity;
  readonly report: string;
  readonly receiptCode: string;
  /** Why, in the technician's words: the customer reads it. */
  readonly reason: string;
}

/** How long the customer's side may take to come to a room that it has opened. */
const CODE_PATIENCE_MS = 60_000;

const CODE_UNKNOWN =
  'No customer waits by this code. It is good for ten minutes and for one technician: ask the customer to read it again, or to show a new one.';

/** The live session of this page: one at a time, whatever is looked at meanwhile. */
export class Live {
  readonly #options: LiveOptions;
  #session = $state.raw<LiveSession | undefined>(undefined);
  #isBeginning = $state(false);
  #error = $state.raw<FluxionError | undefined>(undefined);
  #reach = $state<Reach | undefined>(undefined);

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get session(): LiveSession | undefined {
    return this.#session;
  }
  get isBeginning(): boolean {
    return this.#isBeginning;
  }
  /** Why it could not begin. */
  get error(): FluxionError | undefined {
    return this.#error;
  }
  /** Which networks can be joined; undefined until it is known. */
  get reach(): Reach | undefined {
    return this.#reach;
  }
  /** By a code, which takes a desk. */
  get hasDesk(): boolean {
    return this.#options.signIn.isSignedIn;
  }

  /** Asks the desk which servers help, so that it is said before anybody tries. */
  async look(): Promise<void> {
    this.#reach = reachOf(await this.#servers());
  }

  /** By the code that the customer has read out. */
  async joinByCode(typed: string): Promise<void> {
    await this.#begin(async () => {
      const code = parsePairingCode(typed);
      if (code === undefined) throw new LiveError('live-code-mistyped');
      const { ticket, iceServers } = await this.#joinRoom(code);
      const { RelaySignaling } = await import('../../live/subscriber/subscribe.js');
      const open = this.#options.desk.openLiveSocket;
      const signaling = new RelaySignaling({ open, ticket, patienceMs: CODE_PATIENCE_MS });
      return { way: 'code', signaling, servers: iceServers };
    });
  }

  /** By the text that the customer has sent. */
  async beginByText(text: string): Promise<void> {
    let session: LiveSession | undefined;
    await this.#begin(
      async () => {
        const { ManualSubscriber } = await import('../../live/subscriber/subscribe.js');
        const signaling = new ManualSubscriber((ours) => {
          session?.showText(ours);
        });
        return { way: 'texts', signaling, servers: await this.#servers() };
      },
      (made) => {
        session = made;
        made.paste(text);
      },
    );
  }

  /** By a letter to the install that made a report. Answers whether it is on its way. */
  async invite({ install, report, receiptCode, reason }: Invited): Promise<boolean> {
    const before = this.#session;
    await this.#begin(async () => {
      const { letters } = this.#options;
      const invitation = crypto.randomUUID();
      const [servers, { LetterSignaling }] = await Promise.all([
        this.#servers(),
        import('../../live/subscriber/subscribe.js'),
      ]);
      await letters.invite(install, { invitation, report, reason: reason.trim() });
      const correspondence = letters.with(install, `The app of ${receiptCode}`);
      const signaling = new LetterSignaling('subscriber', invitation, correspondence);
      return { way: 'letters', signaling, servers, invited: { install, report } };
    });
    const session = this.#session;
    if (session === undefined || session === before) return false;
    this.#options.letters.carryBy(install, (letter) => {
      session.carry(letter);
    });
    setTimeout(() => {
      // The invitation is not good any more.
      if (session.state.phase === 'waiting') session.giveUp(new LiveError('live-no-answer'));
    }, INVITATION_MS);
    return true;
  }

  /** The session that has ended is not looked at any more. */
  dismiss(): void {
    if (this.#session?.hasEnded === false) return;
    this.#session?.dispose();
    this.#session = undefined;
    this.#error = undefined;
  }

  /** Begins with what `prepare` answers, and with what `first` does. What goes wrong is in `error`, and nothing has begun. */
  async #begin(
    prepare: () => Promise<Pick<LiveSessionOptions, 'way' | 'signaling' | 'servers' | 'invited'>>,
    first: (session: LiveSession) => void = () => undefined,
  ): Promise<void> {
    if (this.#isBeginning || this.#session?.hasEnded === false) return;
    this.#isBeginning = true;
    this.#error = undefined;
    try {
      const prepared = await prepare();
      const { LiveSession } = await import('./live-session.svelte.js');
      const { commandLetters, desk, letters, signIn, technician, replayUrl } = this.#options;
      const name = signIn.state.name === 'signed-in' ? signIn.state.technician : undefined;
      // Its keys are there by the time that the words are compared.
      if (signIn.isSignedIn) void technician.open();
      const session = new LiveSession({
        ...prepared,
        name,
        replayUrl,
        ...(signIn.isSignedIn ? { keepPicture: (report, picture) => desk.keepPicture(report, picture) } : {}),
        letters: {
          receive: (sealed) => {
            letters.takeIn(sealed);
          },
          post: (carry) =>
            prepared.invited === undefined ? connectionPost(technician, carry) : reportPost(technician, commandLetters),
        },
        prove: async (asked, ask, stamp) => {
          if (signIn.isSignedIn) await technician.open();
          return await technician.proveAsk(asked, ask, stamp);
        },
      });
      try {
        first(session);
      } catch (error) {
        session.end();
        throw error;
      }
      this.dismiss();
      this.#session = session;
    } catch (error) {
      if (!(error instanceof FluxionError)) throw error;
      this.#error = error;
    } finally {
      this.#isBeginning = false;
    }
  }

  async #joinRoom(code: string): ReturnType<DeskClient['joinLive']> {
    try {
      return await this.#options.desk.joinLive(code);
    } catch (error) {
      if (error instanceof DeskError && error.deskCode === 'live-code-unknown') {
        throw new FluxionError('live-code-unknown', CODE_UNKNOWN, { cause: error });
      }
      throw error;
    }
  }

  /** None where the desk cannot be asked: the same network is left. */
  async #servers(): Promise<readonly IceServer[]> {
    if (!this.#options.signIn.isSignedIn) return [];
    try {
      return await this.#options.desk.liveServers();
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      return [];
    }
  }
}

export const liveContext = new ViewerContext<Live>('live sessions');
