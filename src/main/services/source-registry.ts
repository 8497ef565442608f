import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Anchor, Source } from '../../shared/session/clock.js';
import type { RegisteredSource } from './session-file.js';

/** Anchors of one source: one a minute is a day and a half. The oldest that no kept event can need go first. */
const MAX_ANCHORS = 2000;
/** A first reading, which was not measured both ways, is this uncertain. */
export const COARSE_MS = 1000;

/** The sources of a session, and which capability belongs to which. */
export class SourceRegistry {
  readonly #sources = new Map<string, RegisteredSource>();
  readonly #byCapability = new Map<string, string>();

  get size(): number {
    return this.#sources.size;
  }

  all(): RegisteredSource[] {
    return [...this.#sources.values()];
  }

  get(id: string): RegisteredSource | undefined {
    return this.#sources.get(id);
  }

  keep(source: RegisteredSource): void {
    this.#sources.set(source.id, source);
    if (source.capabilitySha256 !== undefined) this.#byCapability.set(source.capabilitySha256, source.id);
  }

  /** Forgets sources that were last heard of before this session time, but for one. */
  forgetBefore(seenMs: number, but: string): void {
    for (const source of this.all()) {
      if (source.seenMs >= seenMs || source.id === but) continue;
      this.#sources.delete(source.id);
      if (source.capabilitySha256 !== undefined) this.#byCapability.delete(source.capabilitySha256);
    }
  }

  /** As a manifest holds it: nothing of the capability. */
  publicSource(id: string): Source | undefined {
    const source = this.#sources.get(id);
    if (source === undefined) return undefined;
    const { kind, window, title, originMs, anchors } = source;
    return {
      id,
      kind,
      ...(window === undefined ? {} : { window }),
      ...(title === undefined ? {} : { title }),
      originMs,
      anchors,
    };
  }

  /** The source that was given this capability, if any was. */
  sourceOf(capability: string): string | undefined {
    const hash = sha256(capability);
    const id = this.#byCapability.get(hash);
    const expected = id === undefined ? undefined : this.#sources.get(id)?.capabilitySha256;
    if (expected === undefined || !timingSafeEqual(Buffer.from(expected), Buffer.from(hash))) return undefined;
    return id;
  }
}

/** 256 random bits, and what is kept of them. */
export function mintCapability(): { capability: string; capabilitySha256: string } {
  const capability = randomBytes(32).toString('base64url');
  return { capability, capabilitySha256: sha256(capability) };
}

/** In ascending order and bounded. The coarse first anchor goes once there is a measured one: it would misplace what lies between. */
export function withAnchor(anchors: readonly Anchor[], anchor: Anchor): Anchor[] {
  const before = anchors.filter(({ monoMs }) => monoMs < anchor.monoMs);
  const measured = before.filter(({ uncertaintyMs }) => uncertaintyMs < COARSE_MS || anchor.uncertaintyMs >= COARSE_MS);
  const after = anchors.filter(({ monoMs }) => monoMs > anchor.monoMs);
  return [...measured, anchor, ...after].slice(-MAX_ANCHORS);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
