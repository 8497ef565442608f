import { ManualSubscriber, subscribe, type LiveSession } from '../../../src/live/subscriber/subscribe.js';
import type { GrantKind } from '../../../src/shared/protocol/live-grants.js';
import { FrameAssembler } from '../../../src/shared/protocol/live-frames.js';
import { decodeDomMessage } from '../../../src/shared/protocol/live-streams.js';
import type { SeenLive, LiveVideoPage } from '../../integration/live/seen-live.js';
import { TextsHost } from '../recorder/texts-host.js';
import { countPixels, host } from './screen-page.js';

// The page of screen-page.ts in a live session, and a technician's end in the same page, over a real connection. It shows nothing in the
// page: what comes is decoded frame by frame, and its pixels are counted.

declare const MediaStreamTrackProcessor: new (init: { readonly track: MediaStreamTrack }) => {
  readonly readable: ReadableStream<VideoFrame>;
};

const live = new TextsHost(host);
const seen: { frames: SeenLive['frames'][number][]; dom: string[]; told: string[] } = { frames: [], dom: [], told: [] };
const assembler = new FrameAssembler();
let reading: Promise<void> = Promise.resolve();

async function decode(track: MediaStreamTrack): Promise<void> {
  const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const { displayWidth, displayHeight } = value;
    seen.frames.push(
      countPixels(displayWidth, displayHeight, (context) => {
        context.drawImage(value, 0, 0);
      }),
    );
    value.close();
  }
}

async function open(): Promise<void> {
  const text = await live.offer();
  const answer = await new Promise<string>((resolve) => {
    const signaling = new ManualSubscriber(resolve);
    const session: LiveSession = subscribe(
      { signaling, servers: [] },
      {
        state: ({ words, hasConfirmed }) => {
          if (words !== undefined && !hasConfirmed) session.confirm();
        },
        control: (message) => seen.told.push(JSON.stringify(message)),
        message: (channel, data) => {
          const whole = channel === 'dom' && typeof data !== 'string' ? assembler.receive(data) : undefined;
          if (whole === undefined) return;
          reading = reading.then(async () => {
            seen.dom.push(JSON.stringify(await decodeDomMessage(whole)));
          });
        },
        track: (track) => void decode(track),
      },
    );
    signaling.paste(text);
  });
  await live.open(answer);
}

const page: LiveVideoPage = {
  open,
  allow(kinds: readonly GrantKind[]) {
    const untilMs = Date.now() + 600_000;
    live.command({ grants: kinds.map((kind) => ({ grant: crypto.randomUUID(), kind, untilMs })) });
  },
  isOn: () => live.lastReport()?.video?.state === 'on' && seen.frames.length > 0,
  async seen() {
    await reading;
    return { frames: seen.frames, dom: seen.dom.join('\n'), told: seen.told };
  },
};
globalThis.liveVideoPage = page;
