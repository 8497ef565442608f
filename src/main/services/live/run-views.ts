import type { PublicIdentity } from '../../../shared/crypto/keys.js';
import type { GrantKind } from '../../../shared/protocol/live-grants.js';
import type { LiveHostPhase, LiveOrders, LiveReport, LiveSessionView } from '../../../shared/protocol/live-host.js';
import { isLiveErrorCode, LiveError } from '../../../shared/protocol/live-errors.js';
import { reachOf } from '../../../shared/protocol/live-ice.js';
import type { Doing } from '../../../shared/protocol/live-messages.js';
import type { LetterSender } from '../../../shared/protocol/letters.js';
import type { Grants } from './grants.js';
import type { Way } from './way.js';

/** All that is known of one live session. */
export interface RunFacts {
  readonly id: string;
  readonly way: Way;
  readonly app: { readonly name: string; readonly version: string };
  readonly install: Readonly<PublicIdentity>;
  readonly offers: readonly GrantKind[];
  readonly sessionStartedMs: number;
  /** Of the diagnostics report that the session belongs to. */
  readonly reportId: string | undefined;
  readonly phase: LiveHostPhase;
  /** What the page told last. */
  readonly report: LiveReport;
  readonly from: LetterSender | undefined;
  readonly confirmed: readonly string[] | undefined;
  readonly grants: Pick<Grants, 'asked' | 'given' | 'settled'>;
  readonly doing: Doing | undefined;
  readonly chat: readonly LiveSessionView['chat'][number][];
  readonly error: LiveError | undefined;
  /** Receipt code of the report that a recording would join. */
  readonly joins: string | undefined;
  readonly recording: LiveSessionView['recording'];
  readonly startedMs: number;
  readonly openedMs: number | undefined;
}

/** What the page must know and do. */
export function ordersOf(facts: RunFacts): LiveOrders {
  const { way, app, install, reportId, sessionStartedMs, offers, from, confirmed, doing, grants } = facts;
  const name = from?.name ?? facts.report.otherName;
  const organisation = from?.organisation;
  return {
    session: facts.id,
    way: way.kind,
    iceServers: way.iceServers,
    ...(way.from?.name === undefined ? {} : { verifiedName: way.from.name }),
    app: { name: app.name, version: app.version },
    install: { signingKey: install.signingKey, recipient: install.recipient },
    ...(reportId === undefined ? {} : { report: reportId }),
    startedMs: sessionStartedMs,
    offers: [...offers],
    ...(confirmed === undefined ? {} : { confirmed: [...confirmed] }),
    grants: grants.given.map(({ grant, kind, untilMs }) => ({ grant, kind, untilMs })),
    asked: grants.asked.length,
    settled: grants.settled,
    with: {
      ...(name === undefined ? {} : { name }),
      ...(organisation === undefined ? {} : { organisation }),
      isVerified: from !== undefined,
    },
    ...(doing === undefined ? {} : { doing }),
  };
}

/** What the panel shows. */
export function viewOf(facts: RunFacts): LiveSessionView {
  const { way, error, openedMs, doing, grants, joins, recording } = facts;
  const { words, hasOtherConfirmed, otherName, isUnstable, text, pasteCode, quality, video } = facts.report;
  const { name = '', organisation = '', signingKey } = facts.from ?? {};
  return {
    session: facts.id,
    way: way.kind,
    phase: facts.phase,
    reach: reachOf(way.iceServers),
    ...(signingKey === undefined ? {} : { from: { name, organisation, signingKey } }),
    ...(otherName === undefined ? {} : { otherName }),
    ...(words === undefined ? {} : { words }),
    hasConfirmed: facts.confirmed !== undefined,
    hasOtherConfirmed,
    isUnstable,
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    ...(way.code === undefined ? {} : { code: way.code }),
    ...(text === undefined ? {} : { text }),
    ...(pasteCode === undefined ? {} : { pasteError: sentenceOf(pasteCode) }),
    startedMs: facts.startedMs,
    ...(openedMs === undefined ? {} : { openedMs }),
    ...(quality === undefined ? {} : { quality }),
    ...(video === undefined ? {} : { video }),
    ...(doing === undefined ? {} : { doing }),
    ...(joins === undefined ? {} : { joins }),
    ...(recording === undefined ? {} : { recording }),
    asked: grants.asked,
    grants: grants.given,
    chat: [...facts.chat],
  };
}

function sentenceOf(code: string): { code: string; message: string } {
  const error = new LiveError(isLiveErrorCode(code) ? code : 'pairing-unreadable');
  return { code: error.code, message: error.message };
}
