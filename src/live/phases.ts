/**
 * How far a connection is. `signaling`: the other side's description has not come. `routing`: ICE searches for a way. `securing`:
 * DTLS. `channels`: the data channels open.
 */
export const PHASES = ['signaling', 'routing', 'securing', 'channels', 'open', 'closed'] as const;
export type Phase = (typeof PHASES)[number];
export type TimedPhase = Exclude<Phase, 'open' | 'closed'>;

/** How long each phase may take. */
export type Deadlines = Readonly<Record<TimedPhase, number>>;

export const DEADLINES: Deadlines = {
  /** Both programs are open, and no person has anything to do. */
  signaling: 30_000,
  /** A relay over TCP behind a slow line takes 5 s; with nobody listening, every pair has been tried several times. */
  routing: 30_000,
  /** Two round trips; lost packets are sent again after 1, 2 and 4 s. */
  securing: 15_000,
  channels: 15_000,
};

/** Forwards only; tells when a phase takes too long. */
export class PhaseClock {
  readonly #deadlines: Deadlines;
  readonly #onLate: (phase: TimedPhase) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #phase: Phase = 'signaling';

  constructor(deadlines: Partial<Deadlines>, onLate: (phase: TimedPhase) => void) {
    this.#deadlines = { ...DEADLINES, ...deadlines };
    this.#onLate = onLate;
    this.#start();
  }

  get phase(): Phase {
    return this.#phase;
  }

  enter(phase: Phase): void {
    this.#phase = phase;
    clearTimeout(this.#timer);
    this.#start();
  }

  #start(): void {
    const phase = this.#phase;
    if (phase === 'open' || phase === 'closed') return;
    this.#timer = setTimeout(() => {
      this.#onLate(phase);
    }, this.#deadlines[phase]);
  }
}
