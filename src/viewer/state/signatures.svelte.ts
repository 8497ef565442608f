import { fingerprint, type PublicIdentity } from '../../shared/crypto/keys.js';
import { FluxionError } from '../../shared/errors.js';
import type { PartSignature } from '../sources/session-source.js';
import type { OpenReport } from './open-report.svelte.js';

/**
 * - `good`: every part is signed by one install, and nothing changed since.
 * - `mixed`: every signature is good, but they are of several installs.
 * - `partly`: some parts are signed, others say nothing.
 * - `unsigned`: no part says who made it.
 * - `bad`: a signature does not fit, is missing, or is somebody else's.
 */
export type SignatureVerdict = 'checking' | 'good' | 'mixed' | 'partly' | 'unsigned' | 'bad';

/** Whose install made a report, and whether it is as it was made. */
export class Signatures {
  readonly #report: Pick<OpenReport, 'contents' | 'closed'>;
  #parts = $state.raw<readonly PartSignature[] | undefined>(undefined);
  #error = $state.raw<FluxionError | undefined>(undefined);
  #loading: Promise<void> | undefined;

  readonly verdict: SignatureVerdict = $derived(verdictOf(this.#parts));
  /** Who made the whole report: only where every signature says so. What letters are addressed to. */
  readonly install: PublicIdentity | undefined = $derived(
    this.verdict === 'good' ? this.#parts?.find(({ install }) => install !== undefined)?.install : undefined,
  );
  /** In a form that people compare. */
  readonly fingerprints: readonly string[] = $derived(fingerprintsOf(this.#parts ?? []));
  readonly problems = $derived(
    (this.#parts ?? []).flatMap(({ part, problem }) => (problem ? [{ ...problem, part }] : [])),
  );

  constructor(report: Pick<OpenReport, 'contents' | 'closed'>) {
    this.#report = report;
  }

  /** Why it is not known yet. */
  get error(): FluxionError | undefined {
    return this.#error;
  }

  /** Once the report is open; asked again, it is checked once. */
  async load(): Promise<void> {
    const source = this.#report.contents?.source;
    if (source === undefined) return;
    this.#loading ??= source.checkSignatures(this.#report.closed).then(
      (parts) => {
        this.#parts = parts;
        this.#error = undefined;
      },
      (error: unknown) => {
        this.#loading = undefined; // Offline: the next one who asks tries again.
        if (this.#report.closed.aborted) return;
        if (!(error instanceof FluxionError)) throw error;
        this.#error = error;
      },
    );
    await this.#loading;
  }
}

function verdictOf(parts: readonly PartSignature[] | undefined): SignatureVerdict {
  if (parts === undefined) return 'checking';
  if (parts.some(({ problem }) => problem !== undefined)) return 'bad';
  const keys = parts.map(({ install }) => install?.signingKey);
  const signed = new Set(keys.filter((key) => key !== undefined));
  if (signed.size === 0) return 'unsigned';
  if (keys.includes(undefined)) return 'partly';
  return signed.size === 1 ? 'good' : 'mixed';
}

function fingerprintsOf(parts: readonly PartSignature[]): string[] {
  const all = parts.flatMap(({ install }) => (install === undefined ? [] : fingerprint(install.signingKey)));
  return all.filter((one, at) => all.indexOf(one) === at);
}
