import { toErrorResult } from '../../shared/errors.js';
import type { FromWorker, OpenMessage, QuestionMessage, ToWorker } from './messages.js';
import type { Give } from './hand-over.js';
import { RingService } from './ring-service.js';
import { DexieStore } from './store.js';

// The worker's composition root: messages in, messages out.

let service: RingService | undefined;
/** Hand-overs that wait for the page to take a chunk. */
const takers = new Map<number, (ok: boolean) => void>();

function post(message: FromWorker, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

function open(message: OpenMessage): RingService {
  return new RingService(message, () => DexieStore.open(), {
    stored: (batch, dropped) => {
      post({ kind: 'stored', batch, dropped });
    },
    failure: (error) => {
      post({ kind: 'failure', error });
    },
    checkoutWanted: () => {
      post({ kind: 'checkout-wanted' });
    },
    broken: (error) => {
      console.debug('fluxrec: the ring worker has to start again', error);
      post({ kind: 'broken' });
    },
  });
}

/** Gives rows to the page and waits until they are taken. */
function giver(id: number): Give {
  return (segments, stored) =>
    new Promise((resolve, reject) => {
      takers.set(id, (ok) => {
        takers.delete(id);
        if (ok) resolve();
        // The page knows why: it is what it rejects with.
        else reject(new Error('The rows were not taken.'));
      });
      post({ kind: 'rows', id, segments, stored }, [stored.buffer]);
    });
}

async function answer(ring: RingService, { id, name, ask }: QuestionMessage): Promise<void> {
  try {
    switch (name) {
      case 'totals':
        post({ kind: 'answer', id, answer: await ring.totals() });
        return;
      case 'handOver':
        post({ kind: 'answer', id, answer: await ring.handOver(ask as QuestionMessage<'handOver'>['ask'], giver(id)) });
        return;
      case 'wipe':
        await ring.wipe();
        break;
      case 'close':
        await ring.close();
    }
    post({ kind: 'answer', id, answer: {} });
  } catch (error) {
    post({ kind: 'refused', id, error: toErrorResult(error) });
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'open') {
    service ??= open(data);
    return;
  }
  if (service === undefined) return;
  if ('nowMonoMs' in data) service.setNow(data.nowMonoMs);
  switch (data.kind) {
    case 'append':
      service.append(data);
      break;
    case 'anchor':
      service.anchor(data.anchor);
      break;
    case 'question':
      void answer(service, data);
      break;
    case 'taken':
      takers.get(data.id)?.(data.ok);
  }
});
