// The organisation that `npm start` plays, so that commands can be tried at once: a root key and a list of technicians, made and signed by
// `fluxrec keys` as an administrator would. A real organisation keeps its root key on a machine that is not online.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { run } from '../src/cli/run.js';
import { fingerprint } from '../src/shared/crypto/keys.js';
import { technicianSchema, techniciansListSchema, type TechniciansList } from '../src/shared/protocol/letters.js';

const NAME = 'Fluxion Support';
const VALID_MS = 30 * 24 * 3_600_000;
/** An entry is a name and two keys: some hundred characters. What is longer was not copied from the viewer. */
const MAX_ENTRY_LENGTH = 4000;

export class Organisation {
  readonly #folder: string;
  readonly #served: string;
  /** What the app pins. */
  readonly rootKey: string;

  /** `served`: where the desk looks for the signed list. */
  static async open(folder: string, served: string): Promise<Organisation> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const root = join(folder, 'root.pem');
    if (!existsSync(root)) await fluxrec('keys', 'new-root', root);
    const [, rootKey = ''] = (await fluxrec('keys', 'show', root)).split('\n');
    const organisation = new Organisation(folder, served, rootKey);
    // Signed anew at each start: it is valid for a month only.
    await organisation.#sign(organisation.#technicians());
    return organisation;
  }

  private constructor(folder: string, served: string, rootKey: string) {
    this.#folder = folder;
    this.#served = served;
    this.rootKey = rootKey;
  }

  /**
   * Puts the technician of an entry, as the viewer's *Your signing key* shows it, on the list. Answers who it is; undefined where the
   * text is no entry.
   */
  async enrol(text: string): Promise<string | undefined> {
    if (text.length > MAX_ENTRY_LENGTH) return undefined;
    const entry = v.safeParse(v.pipe(v.string(), v.parseJson(), technicianSchema), text);
    if (!entry.success) return undefined;
    const { name, signingKey } = entry.output;
    const others = this.#technicians().filter((known) => known.signingKey !== signingKey);
    await this.#sign([...others, entry.output]);
    return `${name}, ${fingerprint(signingKey)}`;
  }

  #technicians(): TechniciansList['technicians'] {
    return this.#list()?.technicians ?? [];
  }

  #list(): TechniciansList | undefined {
    const path = join(this.#folder, 'list.json');
    return existsSync(path) ? v.parse(techniciansListSchema, JSON.parse(readFileSync(path, 'utf8'))) : undefined;
  }

  async #sign(technicians: TechniciansList['technicians']): Promise<void> {
    const nowMs = Date.now();
    const version = (this.#list()?.version ?? 0) + 1;
    const times = { issuedMs: nowMs, validUntilMs: nowMs + VALID_MS };
    const list: TechniciansList = { v: 1, organisation: NAME, version, ...times, technicians };
    const path = join(this.#folder, 'list.json');
    replaceFile(path, JSON.stringify(list, undefined, 2));
    replaceFile(
      this.#served,
      await fluxrec('keys', 'sign-technicians', '--root', join(this.#folder, 'root.pem'), path),
    );
  }
}

/** The desk may be reading it. */
function replaceFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** What `fluxrec` prints. */
async function fluxrec(...args: string[]): Promise<string> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await run(args, { out: (text) => out.push(text), err: (text) => err.push(text) });
  if (code !== 0) throw new Error(`fluxrec ${args.slice(0, 2).join(' ')}: ${[...err, ...out].join('\n')}`);
  return out.join('\n');
}
