import * as v from 'valibot';
import { KEPT_VARIABLE, portsSchema } from './supervision/messages.js';
import { SupervisedRun } from './supervision/supervised-run.js';
import { Supervisor } from './supervision/supervisor.js';

/**
 * Lets this program be started again from within: the first thing that it awaits. The process that was started stays as a
 * supervisor, in which this never resolves; a child of it runs the same program with the same arguments, and there this answers
 * with what a run can do. Signals and exit codes pass through. A run that crashes is not started again, one that
 * asked for a restart is, five times a minute at most.
 */
export async function supervise(): Promise<SupervisedRun> {
  const kept = process.env[KEPT_VARIABLE];
  Reflect.deleteProperty(process.env, KEPT_VARIABLE);
  if (kept === undefined || process.send === undefined) return await new Supervisor().run();
  const ports = v.safeParse(v.pipe(v.string(), v.parseJson(), portsSchema), kept);
  return new SupervisedRun(ports.success ? ports.output : {});
}
