import * as v from 'valibot';
import { formatLog } from '../../shared/session/format-log.js';
import { serializeValue } from '../../shared/session/serialize.js';
import type { HostLanes } from './host-lanes.js';

const errorShape = v.object({ name: v.string(), message: v.string(), stack: v.exactOptional(v.string()) });

/**
 * Records what would end, or has nearly ended, the process, and changes nothing about it. The monitor event comes before the
 * default behaviour, for unhandled rejections too. Only where the app handles those itself, or runs with a mode in which they do not
 * end the process, a listener of our own is safe (and needed): then it decides nothing any more.
 */
export function observeProcessErrors(lanes: HostLanes, target: NodeJS.Process = process): () => void {
  const record = (kind: 'uncaught' | 'unhandled-rejection', error: unknown): void => {
    try {
      lanes.record({ type: 'error', t: lanes.nowMonoMs(), kind, ...describe(error) });
    } catch {
      // The recorder never breaks its host.
    }
  };
  const onUncaught = (error: unknown, origin: string): void => {
    record(origin === 'unhandledRejection' ? 'unhandled-rejection' : 'uncaught', error);
  };
  const onRejection = (reason: unknown): void => {
    record('unhandled-rejection', reason);
  };
  const isHarmless = /--unhandled-rejections[= ](warn|none)\b/.test(
    `${target.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`,
  );
  const follow = (): void => {
    const others = target.listeners('unhandledRejection').filter((listener) => listener !== onRejection).length;
    const isOn = target.listeners('unhandledRejection').includes(onRejection);
    if ((isHarmless || others > 0) && !isOn) target.prependListener('unhandledRejection', onRejection);
    else if (!isHarmless && others === 0 && isOn) target.off('unhandledRejection', onRejection);
  };
  // `newListener` comes before the listener is added: look again when it stands.
  const onChange = (event: string | symbol): void => {
    if (event === 'unhandledRejection') queueMicrotask(follow);
  };
  follow();
  target.on('uncaughtExceptionMonitor', onUncaught);
  target.on('newListener', onChange);
  target.on('removeListener', onChange);
  return () => {
    target.off('uncaughtExceptionMonitor', onUncaught);
    target.off('newListener', onChange);
    target.off('removeListener', onChange);
    target.off('unhandledRejection', onRejection);
  };
}

/** An error's fields are whatever somebody put there: read without running their code, and bounded. */
function describe(error: unknown): v.InferOutput<typeof errorShape> {
  if (!(error instanceof Error)) return { name: typeof error, message: formatLog([error]).message };
  const plain = v.safeParse(errorShape, serializeValue(error));
  return plain.success ? plain.output : { name: 'Error', message: formatLog([error]).message };
}
