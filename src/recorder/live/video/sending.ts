// How a picture of an app is sent: its letters must stay sharp, and a moment's delay is worse than a picture less.

/** The better ones first: at the same sharpness AV1 takes a tenth of VP8's bytes for a page with text. */
const CODECS = ['video/AV1', 'video/VP9', 'video/VP8'];
/** bit/s, until the first picture is there and sharp ... */
const FIRST_BITRATE = 6_000_000;
export const FIRST_BITRATE_MS = 5000;
/** ... and then: what a page of text that is scrolled needs. More makes it no sharper to the eye, and a film in the page dear. */
const BITRATES: Partial<Record<string, number>> = { 'video/AV1': 800_000, 'video/VP9': 1_500_000 };
const OTHER_BITRATE = 2_500_000;
const NEGOTIATED_MS = 5000;
const LOOK_MS = 10;

export interface VideoLimits {
  readonly maxHeight: number;
  readonly maxFrameRate: number;
}

/** Until the technician's window has said how much it has room for. */
export const FIRST_LIMITS: VideoLimits = { maxHeight: 1080, maxFrameRate: 30 };

/** Newer than TypeScript's library: https://www.w3.org/TR/webrtc/#dom-rtcrtpencodingparameters-codec, and the one below it. */
interface NewerEncoding extends RTCRtpEncodingParameters {
  codec?: RTCRtpCodec;
}
interface NewerParameters extends RTCRtpSendParameters {
  degradationPreference?: 'maintain-resolution';
  encodings: NewerEncoding[];
}

/** The offer names the better ones first: a video that begins with another codec begins with one more whole picture. */
export function preferCodecs(transceiver: RTCRtpTransceiver): void {
  const all = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
  const rank = ({ mimeType }: RTCRtpCodec): number => {
    const at = CODECS.indexOf(mimeType);
    return at === -1 ? CODECS.length : at;
  };
  if (all.length > 0) transceiver.setCodecPreferences([...all].sort((a, b) => rank(a) - rank(b)));
}

/** Chooses the best codec that both sides have. Resolves with its name, when the other side has answered the offer. */
export async function tune(sender: RTCRtpSender): Promise<string | undefined> {
  const startMs = performance.now();
  for (;;) {
    const parameters = sender.getParameters() as NewerParameters;
    const [encoding] = parameters.encodings;
    if (parameters.codecs.length > 0 && encoding !== undefined) {
      const codec = CODECS.flatMap((mime) => parameters.codecs.find(({ mimeType }) => mimeType === mime) ?? [])[0];
      parameters.degradationPreference = 'maintain-resolution';
      encoding.maxBitrate = FIRST_BITRATE;
      encoding.priority = 'low'; // What people do goes before what they see.
      if (codec !== undefined) {
        const { mimeType, clockRate, sdpFmtpLine } = codec;
        encoding.codec = { mimeType, clockRate, ...(sdpFmtpLine === undefined ? {} : { sdpFmtpLine }) };
      }
      await sender.setParameters(parameters);
      return codec?.mimeType.replace('video/', '');
    }
    if (performance.now() - startMs > NEGOTIATED_MS) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** The video has begun: from now on it takes no more than it needs. */
export async function settle(sender: RTCRtpSender): Promise<void> {
  const parameters = sender.getParameters() as NewerParameters;
  const [encoding] = parameters.encodings;
  if (encoding === undefined) return;
  encoding.maxBitrate = BITRATES[encoding.codec?.mimeType ?? ''] ?? OTHER_BITRATE;
  await sender.setParameters(parameters);
}

/** What the capture gives: as much as the other side has room for. */
export async function limit(capture: MediaStreamTrack, { maxHeight, maxFrameRate }: VideoLimits): Promise<void> {
  const maxWidth = Math.round((maxHeight * 16) / 9);
  await capture.applyConstraints({
    frameRate: { max: maxFrameRate },
    width: { max: maxWidth },
    height: { max: maxHeight },
  });
}

/** Not to be seen, and enough for the capture to begin anew with a frame of what there is. */
const RATE_STEP = 0.1;

/** Makes the capture give a frame although nothing has changed. */
export async function refresh(capture: MediaStreamTrack): Promise<void> {
  const constraints = capture.getConstraints();
  const { frameRate } = constraints;
  const max = typeof frameRate === 'object' ? (frameRate.max ?? FIRST_LIMITS.maxFrameRate) : FIRST_LIMITS.maxFrameRate;
  const isWhole = Number.isInteger(max);
  await capture.applyConstraints({
    ...constraints,
    frameRate: { max: isWhole ? max - RATE_STEP : Math.ceil(max) },
  });
}
