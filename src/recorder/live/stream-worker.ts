import type { FromStreamWorker, ToStreamWorker } from './messages.js';
import { StreamWriter } from './stream-writer.js';

// The worker's composition root. One question after the other, so that messages leave in the order of events.

const writer = new StreamWriter();
let working: Promise<void> = Promise.resolve();

async function answer(message: ToStreamWorker): Promise<void> {
  if (message.kind === 'masked') {
    writer.mask(message.values);
    return;
  }
  const { id } = message;
  let answered: FromStreamWorker = { id };
  try {
    if (message.kind === 'dom') answered = { id, bytes: await writer.dom(message.events) };
    else if (message.kind === 'chain') answered = { id, ...(await writer.chain(message.segments)) };
    else if (message.kind === 'lines') answered = { id, texts: writer.lines(message.lines) };
    else answered = { id, texts: await writer.past(message.segments, message.fromMs) };
  } catch {
    // Larger than a message may be, or damaged: left out, and the page begins anew.
  }
  postMessage(answered, { transfer: answered.bytes === undefined ? [] : [answered.bytes.buffer] });
}

addEventListener('message', ({ data }: MessageEvent<ToStreamWorker>) => {
  working = working.then(() => answer(data));
});
