import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { replaceFile } from '../../store/durable.js';
import { toStoreError } from '../../store/errors.js';
import { MAX_SESSIONS, SESSION_TTL_MS } from '../limits.js';
import { hashSecret, mintSecret } from '../secret.js';
import { Turns } from '../turns.js';

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const fileSchema = v.object({
  /** Hash of the token that the sessions were opened under: a new token ends them all. */
  token: hash,
  sessions: v.array(
    v.object({ hash, name: v.pipe(v.string(), v.maxLength(100)), expiresMs: v.pipe(v.number(), v.finite()) }),
  ),
});
type StoredSession = v.InferOutput<typeof fileSchema>['sessions'][number];

export interface Session {
  readonly name: string;
  readonly expiresMs: number;
}

/** Who is signed in. Only hashes of the cookies are kept, in a file, so that a restart signs nobody out. */
export class Sessions {
  readonly #path: string;
  readonly #tokenHash: string;
  readonly #now: () => number;
  readonly #saving = new Turns();
  readonly #sessions = new Map<string, StoredSession>();

  private constructor(path: string, token: string, now: () => number) {
    this.#path = path;
    this.#tokenHash = hashSecret(token);
    this.#now = now;
  }

  static async open(path: string, token: string, now: () => number): Promise<Sessions> {
    const sessions = new Sessions(path, token, now);
    const file = await readSessions(path);
    if (file?.token === sessions.#tokenHash) {
      for (const session of file.sessions) sessions.#sessions.set(session.hash, session);
    }
    return sessions;
  }

  /** Answers the cookie's value and when it ends, once the session is on disk. */
  async start(name: string): Promise<{ cookie: string; session: Session }> {
    const cookie = mintSecret();
    const session = { hash: hashSecret(cookie), name, expiresMs: this.#now() + SESSION_TTL_MS };
    for (const [oldest, { expiresMs }] of this.#sessions) {
      if (expiresMs <= this.#now() || this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(oldest);
    }
    this.#sessions.set(session.hash, session);
    await this.#save();
    return { cookie, session };
  }

  find(cookie: string | undefined): Session | undefined {
    if (cookie === undefined) return undefined;
    // Found by its hash: how long that takes tells nothing of the cookie.
    const session = this.#sessions.get(hashSecret(cookie));
    return session !== undefined && session.expiresMs > this.#now() ? session : undefined;
  }

  async end(cookie: string): Promise<void> {
    if (this.#sessions.delete(hashSecret(cookie))) await this.#save();
  }

  async #save(): Promise<void> {
    await this.#saving.run(async () => {
      const file = { token: this.#tokenHash, sessions: [...this.#sessions.values()] };
      try {
        await replaceFile(this.#path, Buffer.from(JSON.stringify(file)));
      } catch (error) {
        throw toStoreError(error);
      }
    });
  }
}

async function readSessions(path: string): Promise<v.InferOutput<typeof fileSchema> | undefined> {
  try {
    const parsed = v.safeParse(fileSchema, JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // No file yet, or a damaged one: everybody signs in again.
  }
}
