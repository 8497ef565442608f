/** How good the connection is, as both sides show it. */
export interface Quality {
  /** Undefined until it was measured. */
  readonly roundTripMs?: number;
  /** 0 to 1: of video where there is some, otherwise of the connection's own checks, since the last time it was asked for. */
  readonly lossRatio?: number;
  /** `relay`: a TURN server carries the session; it cannot read it. */
  readonly route?: 'direct' | 'relay';
  /** How the relay is reached: over TCP and TLS everything is a little slower. */
  readonly relayProtocol?: 'udp' | 'tcp' | 'tls';
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

type Report = Readonly<Record<string, unknown>>;

interface Checks {
  readonly sent: number;
  readonly answered: number;
}

/** Reads `RTCPeerConnection.getStats()` (https://www.w3.org/TR/webrtc-stats/). */
export class QualityMeter {
  #last: Checks = { sent: 0, answered: 0 };

  read(stats: { forEach(listener: (report: unknown) => void): void }): Quality {
    const reports = new Map<string, Report>();
    stats.forEach((report) => {
      const known = report as Report;
      if (typeof known['id'] === 'string') reports.set(known['id'], known);
    });
    const all = [...reports.values()];
    const transport = all.find((report) => report['type'] === 'transport');
    const pair = reports.get(text(transport?.['selectedCandidatePairId']) ?? '');
    if (pair === undefined) return { sentBytes: 0, receivedBytes: 0 };
    const local = reports.get(text(pair['localCandidateId']) ?? '');
    const remote = reports.get(text(pair['remoteCandidateId']) ?? '');
    const roundTrip = number(pair['currentRoundTripTime']);
    const lossRatio = videoLoss(all) ?? this.#checkLoss(pair);
    const isRelay = local?.['candidateType'] === 'relay' || remote?.['candidateType'] === 'relay';
    const protocol = (['udp', 'tcp', 'tls'] as const).find((name) => name === local?.['relayProtocol']);
    return {
      ...(roundTrip === undefined ? {} : { roundTripMs: roundTrip * 1000 }),
      ...(lossRatio === undefined ? {} : { lossRatio }),
      route: isRelay ? 'relay' : 'direct',
      ...(protocol === undefined ? {} : { relayProtocol: protocol }),
      sentBytes: number(pair['bytesSent']) ?? 0,
      receivedBytes: number(pair['bytesReceived']) ?? 0,
    };
  }

  /** Of the checks that the browser sends all the time, and their answers. The newest one may be still on its way. */
  #checkLoss(pair: Report): number | undefined {
    const now = { sent: number(pair['requestsSent']) ?? 0, answered: number(pair['responsesReceived']) ?? 0 };
    const sent = now.sent - this.#last.sent;
    const lost = sent - (now.answered - this.#last.answered) - 1;
    if (sent < 0) this.#last = { sent: 0, answered: 0 }; // Another pair was selected.
    if (sent < 4) return undefined; // Too few to say; they count the next time.
    this.#last = now;
    return Math.min(1, Math.max(0, lost) / sent);
  }
}

/** The worse of what we lost and of what the other side says that it lost. */
function videoLoss(reports: readonly Report[]): number | undefined {
  const losses = reports.flatMap((report) => {
    const fraction = number(report['fractionLost']);
    if (report['type'] === 'remote-inbound-rtp' && fraction !== undefined) return [fraction];
    const lost = number(report['packetsLost']);
    const received = number(report['packetsReceived']);
    if (report['type'] !== 'inbound-rtp' || lost === undefined || received === undefined) return [];
    return lost + received > 0 ? [Math.max(0, lost) / (lost + received)] : [];
  });
  return losses.length > 0 ? Math.min(1, Math.max(0, ...losses)) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
