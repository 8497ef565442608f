import type { PromptFrames } from './prompt-frames.js';

// Frames as they come, each told to be of this very moment: what shows them has nothing to wait for.

async function pass({ frames, shown }: PromptFrames): Promise<void> {
  const reader = frames.getReader();
  const writer = shown.getWriter();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const prompt = new VideoFrame(value, { timestamp: Math.round(performance.now() * 1000) });
    value.close();
    await writer.write(prompt);
  }
  await writer.close();
}

addEventListener('message', ({ data }: MessageEvent<PromptFrames>) => {
  // Who shows it has stopped: there is nothing to be told.
  pass(data).catch(() => undefined);
});
