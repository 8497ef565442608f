import { describe, expect, it } from 'vitest';
import { FramedSender } from '../../../src/live/framed-sender.js';
import { FrameAssembler } from '../../../src/shared/protocol/live-frames.js';

/** A channel of a slow network: it takes one frame whenever `take` is called. */
class SlowChannel {
  readonly backlogBytes = 0;
  readonly #assembler = new FrameAssembler();
  #waiting: { readonly frame: Uint8Array; readonly taken: () => void }[] = [];
  sentBytes = 0;

  send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    if (typeof data === 'string') throw new TypeError('A frame is bytes.');
    return new Promise((taken) => {
      this.#waiting.push({ frame: data, taken });
    });
  }

  /** Answers the message that the frame completes. */
  async take(): Promise<Uint8Array | undefined> {
    await new Promise((resolve) => setTimeout(resolve));
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    this.sentBytes += next.frame.length;
    const whole = this.#assembler.receive(next.frame);
    next.taken();
    return whole;
  }
}

const LARGE = new Uint8Array(1_000_000).fill(1);

describe('a message that is aborted', () => {
  it('goes no further, and the next one arrives', async () => {
    const channel = new SlowChannel();
    const sender = new FramedSender(channel);
    const over = new AbortController();
    const sent = sender.send(LARGE, over.signal).catch((error: unknown) => error);
    await channel.take();
    await channel.take();
    over.abort();
    const next = sender.send(Uint8Array.of(1, 2, 3));
    const before = channel.sentBytes;
    let whole: Uint8Array | undefined;
    // The one frame that waits in the channel, the word that no more comes, the next message.
    for (let turn = 0; turn < 3; turn += 1) whole ??= await channel.take();
    expect(whole).toEqual(Uint8Array.of(1, 2, 3));
    expect(channel.sentBytes - before).toBeLessThan(70_000);
    expect(await sent).toMatchObject({ code: 'live-closed' });
    await next;
    expect(sender.backlogBytes).toBe(0);
  });

  it('is not begun where it waits behind others', async () => {
    const channel = new SlowChannel();
    const sender = new FramedSender(channel);
    const over = new AbortController();
    const first = sender.send(Uint8Array.of(1));
    const sent = sender.send(LARGE, over.signal).catch((error: unknown) => error);
    over.abort();
    expect(await channel.take()).toEqual(Uint8Array.of(1));
    await first;
    expect(await sent).toMatchObject({ code: 'live-closed' });
    expect(await channel.take()).toBeUndefined();
    expect(channel.sentBytes).toBeLessThan(20);
  });
});
