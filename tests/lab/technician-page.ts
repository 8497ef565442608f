import { subscribe, RelaySignaling, type LiveSession } from '../../src/live/subscriber/subscribe.js';
import { FrameAssembler } from '../../src/shared/protocol/live-frames.js';
import type { GrantKind } from '../../src/shared/protocol/live-grants.js';
import type { SessionMessage } from '../../src/shared/protocol/live-messages.js';
import { decodeBulk } from '../../src/shared/protocol/live-bulk.js';
import { decodeDomMessage, parseConsole } from '../../src/shared/protocol/live-streams.js';

// The page that technician-browser.ts builds: a technician's end without a face, which understands all that comes.

export interface TechnicianSeen {
  readonly phase: string;
  readonly code: string | undefined;
  readonly words: readonly string[];
  readonly control: readonly SessionMessage[];
  /** JSON of all messages of the dom and console streams. */
  readonly dom: string;
  readonly console: string;
  readonly pictures: readonly { readonly width: number; readonly height: number; readonly bytes: number }[];
  readonly tracks: number;
}

export interface DecodedVideo {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly magenta: number;
  readonly cyan: number;
}

declare global {
  function technicianBegin(url: string, ticket: string): void;
  function technicianSeen(): TechnicianSeen;
  function technicianConfirm(): void;
  function technicianAsk(kind: GrantKind): void;
  function technicianSay(message: SessionMessage): void;
  /** Whatever it is, as it is: what no honest program sends. */
  function technicianSendRaw(channel: 'bulk' | 'input', bytes: readonly number[] | string): void;
  function technicianPoint(x: number, y: number): Promise<void>;
  /** The video as it is decoded: its size, pictures so far, and pixels of pure magenta and cyan in the one that is shown. */
  function technicianVideo(): DecodedVideo | undefined;
}

let session: LiveSession | undefined;
let video: HTMLVideoElement | undefined;
let tracks = 0;
const control: SessionMessage[] = [];
const dom: string[] = [];
const lines: string[] = [];
const pictures: { width: number; height: number; bytes: number }[] = [];
let reading: Promise<void> = Promise.resolve();

globalThis.technicianBegin = (url, ticket) => {
  const assemblers = { dom: new FrameAssembler(), bulk: new FrameAssembler() };
  const signaling = new RelaySignaling({ open: () => new WebSocket(url), ticket, patienceMs: 60_000 });
  session = subscribe(
    { signaling, servers: [], name: 'Ines' },
    {
      state: () => undefined,
      control: (message) => control.push(message),
      message: (channel, data) => {
        if (typeof data === 'string') {
          if (parseConsole(data) === undefined) throw new Error('not a console message');
          lines.push(data);
        } else if (channel === 'dom') {
          const whole = assemblers.dom.receive(data);
          if (whole !== undefined) {
            reading = reading.then(async () => {
              dom.push(JSON.stringify(await decodeDomMessage(whole)));
            });
          }
        } else {
          const whole = assemblers.bulk.receive(data);
          if (whole === undefined) return;
          const { head, bytes } = decodeBulk(whole);
          if (head.kind === 'screenshot') {
            pictures.push({ width: head.width, height: head.height, bytes: bytes.length });
          }
        }
      },
      track: (track, stream) => {
        tracks += 1;
        if (track.kind !== 'video') return;
        video = document.createElement('video');
        video.muted = true;
        video.srcObject = stream;
        document.body.append(video);
        void video.play();
      },
    },
  );
};

globalThis.technicianSeen = () => {
  const { phase = 'none', error, words = [] } = session?.state ?? {};
  return {
    phase,
    code: error?.code,
    words,
    control,
    dom: dom.join('\n'),
    console: lines.join('\n'),
    pictures,
    tracks,
  };
};

globalThis.technicianConfirm = () => session?.confirm();

globalThis.technicianAsk = (kind) => {
  session?.send({ type: 'grant-asked', grant: crypto.randomUUID(), kind });
};

globalThis.technicianSay = (message) => session?.send(message);

globalThis.technicianSendRaw = (channel, bytes) => {
  void session?.channel(channel).send(typeof bytes === 'string' ? bytes : Uint8Array.from(bytes));
};

globalThis.technicianPoint = async (x, y) => {
  await session?.channel('input').send(JSON.stringify({ kind: 'point', x, y }));
};

globalThis.technicianVideo = () => {
  if (video === undefined || video.videoWidth === 0) return undefined;
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0);
  const { data } = context?.getImageData(0, 0, width, height) ?? { data: new Uint8ClampedArray(0) };
  let [magenta, cyan] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
    if (red > 180 && green < 90 && blue > 180) magenta += 1;
    if (red < 90 && green > 180 && blue > 180) cyan += 1;
  }
  return { width, height, frames: video.getVideoPlaybackQuality().totalVideoFrames, magenta, cyan };
};
