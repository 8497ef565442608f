import * as v from 'valibot';

// What a supervisor and the run of the app that it watches over tell each other.

/** In a run's environment: that it is watched over, and what is kept for it (JSON). Taken out at once, so that no grandchild finds it. */
export const KEPT_VARIABLE = 'FLUXREC_SUPERVISED';

/** Ports by the names that the app gives them. */
export const portsSchema = v.pipe(
  v.record(v.pipe(v.string(), v.maxLength(40)), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535))),
  v.check((ports) => Object.keys(ports).length <= 16),
);

export type Ports = v.InferOutput<typeof portsSchema>;

/** From the run to its supervisor. */
export const runMessageSchema = v.variant('fluxrec', [
  /** It has come up, on these ports. */
  v.object({ fluxrec: v.literal('up'), ports: portsSchema }),
  /** It is about to end, to be started again. */
  v.object({ fluxrec: v.literal('restart') }),
]);

export type RunMessage = v.InferOutput<typeof runMessageSchema>;

/** From the supervisor to the run, where a signal would end it at once (Windows). */
export const endMessageSchema = v.object({ fluxrec: v.literal('end') });

export type EndMessage = v.InferOutput<typeof endMessageSchema>;

/** What asks a process to end. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies NodeJS.Signals[];
export type EndSignal = (typeof END_SIGNALS)[number];
