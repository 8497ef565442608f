// What a page's connections have sent, by the browser's own statistics. To be called before the first connection is made.

export interface Traffic {
  /** RTP with its headers, whatever was sent again included. */
  readonly videoBytes: number;
  readonly videoFrames: number;
  readonly videoPackets: number;
  /** `VP8`, with its fmtp line where it has one. */
  readonly codec: string;
  /** Mean of the quantizers, in the codec's own measure. */
  readonly quantizer: number;
  readonly encodeMs: number;
  /** Of what comes, a frame: since its first packet came in the jitter buffer, and in the decoder. */
  readonly bufferMs: number;
  readonly decodeMs: number;
  /** Payload of the data channel `dom`, and its messages. */
  readonly domBytes: number;
  readonly domMessages: number;
  /** All that went over the wire, UDP payload: everything above, and what carries it. */
  readonly wireBytes: number;
}

type Report = Readonly<Record<string, unknown>>;

/** Of the newest connection, by the global name `traffic`. */
export function exposeTraffic(): void {
  const connections: RTCPeerConnection[] = [];
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options: ConstructorParameters<typeof RTCPeerConnection>) {
      super(...options);
      connections.push(this);
    }
  };
  const traffic = async (): Promise<Traffic> => {
    const connection = connections.at(-1);
    if (connection === undefined) throw new Error('No connection yet.');
    const reports: Report[] = [];
    (await connection.getStats()).forEach((report: Report) => reports.push(report));
    const of = (type: string): Report[] => reports.filter((report) => report['type'] === type);
    const sum = (type: string, ...names: string[]): number =>
      of(type).reduce((all, report) => all + names.reduce((one, name) => one + Number(report[name] ?? 0), 0), 0);
    const dom = of('data-channel').find(({ label }) => label === 'dom');
    const codecId = of('outbound-rtp')[0]?.['codecId'];
    const codec = reports.find(({ id }) => id === codecId);
    const frames = sum('outbound-rtp', 'framesEncoded');
    const decoded = sum('inbound-rtp', 'framesDecoded');
    return {
      videoBytes: sum('outbound-rtp', 'bytesSent', 'headerBytesSent'),
      videoFrames: frames,
      videoPackets: sum('outbound-rtp', 'packetsSent'),
      codec: `${text(codec?.['mimeType'])} ${text(codec?.['sdpFmtpLine'])}`.trim(),
      quantizer: sum('outbound-rtp', 'qpSum') / frames,
      encodeMs: (1000 * sum('outbound-rtp', 'totalEncodeTime')) / frames,
      bufferMs: (1000 * sum('inbound-rtp', 'jitterBufferDelay')) / sum('inbound-rtp', 'jitterBufferEmittedCount'),
      decodeMs: (1000 * sum('inbound-rtp', 'totalDecodeTime')) / decoded,
      domBytes: Number(dom?.['bytesSent'] ?? 0),
      domMessages: Number(dom?.['messagesSent'] ?? 0),
      wireBytes: sum('transport', 'bytesSent'),
    };
  };
  Object.assign(globalThis, { traffic });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
