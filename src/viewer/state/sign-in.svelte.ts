import { type FluxionError } from '../../shared/errors.js';
import { DeskError, type DeskClient } from '../sources/desk-client.js';
import { ViewerContext } from './viewer-context.js';

export type SignInState =
  | { readonly name: 'checking' }
  | { readonly name: 'signed-in'; readonly technician: string }
  /** `expired`: it was signed in, and what is open stays open. `code-refused`: the link's one-time code was used or is too old. */
  | {
      readonly name: 'signed-out';
      readonly why: 'first' | 'expired' | 'left' | 'code-refused';
      readonly error?: FluxionError;
    }
  | { readonly name: 'signing-in' }
  | { readonly name: 'unreachable'; readonly error: FluxionError }
  /** Nothing here is a desk: the viewer shows local files. */
  | { readonly name: 'no-desk' };

type Desk = Pick<DeskClient, 'whoAmI' | 'signIn' | 'signOut'>;

/** Where the technician's name is remembered, so that it is asked once. */
export interface NameMemory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}
const NAME_KEY = 'fluxrec-technician';

/** Who the technician is, at this desk. */
export class SignIn {
  readonly #desk: Desk;
  readonly #memory: NameMemory | undefined;
  #listeners: readonly (() => void)[] = [];
  #state = $state.raw<SignInState>({ name: 'checking' });

  constructor(desk: Desk, memory?: NameMemory) {
    this.#desk = desk;
    this.#memory = memory;
  }

  get state(): SignInState {
    return this.#state;
  }

  get isSignedIn(): boolean {
    return this.#state.name === 'signed-in';
  }

  get rememberedName(): string {
    return this.#memory?.getItem(NAME_KEY) ?? '';
  }

  /** Called after each sign-in: what failed for want of one can be tried again. Returns the function that stops it. */
  onSignedIn(listener: () => void): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  /** With the one-time code of the desk's link if there is one, else by the cookie. */
  async start(code?: string): Promise<void> {
    // Trying again by itself must not take away what says that it could not be reached.
    if (this.#state.name !== 'unreachable') this.#state = { name: 'checking' };
    try {
      const name = this.rememberedName;
      const technician =
        code === undefined
          ? await this.#desk.whoAmI()
          : await this.#desk.signIn({ code }, name === '' ? undefined : name);
      this.#enter(technician);
    } catch (error) {
      await this.#failStart(error, code !== undefined);
    }
  }

  async #failStart(error: unknown, hadCode: boolean): Promise<void> {
    if (!(error instanceof DeskError)) throw error;
    if (error.code === 'desk-absent') this.#state = { name: 'no-desk' };
    else if (error.code === 'desk-signed-out' || error.code === 'desk-refused') {
      // A link opened twice: the cookie of the first time is still good.
      const technician = hadCode ? await this.#desk.whoAmI().catch(() => undefined) : undefined;
      if (technician !== undefined) this.#enter(technician);
      else this.#state = { name: 'signed-out', why: hadCode ? 'code-refused' : 'first' };
    } else this.#state = { name: 'unreachable', error };
  }

  /** By the desk's token. What went wrong is in the state. */
  async signIn(token: string, name: string): Promise<void> {
    const before = this.#state;
    const why = before.name === 'signed-out' ? before.why : 'first';
    this.#state = { name: 'signing-in' };
    try {
      const trimmed = name.trim();
      const technician = await this.#desk.signIn({ token: token.trim() }, trimmed === '' ? undefined : trimmed);
      this.#memory?.setItem(NAME_KEY, trimmed);
      this.#enter(technician);
    } catch (error) {
      if (!(error instanceof DeskError)) throw error;
      this.#state = { name: 'signed-out', why, error };
    }
  }

  async signOut(): Promise<void> {
    this.#state = { name: 'signed-out', why: 'left' };
    await this.#desk.signOut().catch(() => undefined); // Offline: the cookie expires by itself.
  }

  /** Any answer of the desk was 401. */
  expire(): void {
    if (this.#state.name === 'signed-in') this.#state = { name: 'signed-out', why: 'expired' };
  }

  #enter(technician: string): void {
    this.#state = { name: 'signed-in', technician };
    for (const listener of this.#listeners) listener();
  }
}

export const signInContext = new ViewerContext<SignIn>('sign-in');

/** Takes `#code=…` out of an address, so that it stays in no history and no screenshot. */
export function takeCode(window: {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>;
  readonly history: Pick<History, 'replaceState'>;
}): string | undefined {
  const match = /^#code=([^&]{1,200})(?:&(.*))?$/.exec(window.location.hash);
  if (match?.[1] === undefined) return undefined;
  const rest = match[2] ?? '/';
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}#${rest}`);
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1]; // A broken escape: the desk will not know the code, and says so.
  }
}
