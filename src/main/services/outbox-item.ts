import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { CompleteAnswer } from '../../shared/protocol/desk.js';
import type { Delivery } from '../../shared/protocol/host.js';
import type { OutboxPart, OutboxRecord } from './outbox-store.js';
import { ServiceError } from './service-errors.js';

/** A report in the outbox: its record on disk, and what this run of the host knows besides. */
export interface OutboxItem {
  record: OutboxRecord;
  /** Of the part that is being sent: on their way or there, and safe there. */
  sentBytes: number;
  keptBytes: number;
  failures: number;
  /** Why it waits. */
  error: ErrorResult | undefined;
  /** Wall clock (Unix ms) of the next attempt, while it waits. */
  retryMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
  /** While it is being sent. */
  abort: AbortController | undefined;
  /** Changes of the record, one after the other. */
  changing: Promise<unknown>;
}

export function newItem(record: OutboxRecord): OutboxItem {
  return {
    record,
    sentBytes: 0,
    keptBytes: 0,
    failures: 0,
    error: undefined,
    retryMs: undefined,
    timer: undefined,
    abort: undefined,
    changing: Promise.resolve(),
  };
}

/** The customer agreed to another desk than the one that the app has now. */
export function isElsewhere(record: OutboxRecord, destination: string | undefined): boolean {
  return record.status === 'pending' && destination !== undefined && record.destination !== destination;
}

/** What the panel shows of it. */
export function viewOf(item: OutboxItem, destination: string | undefined): Delivery {
  const { record, retryMs } = item;
  const error = record.error ?? (isElsewhere(record, destination) ? changed : item.error);
  return {
    report: record.head.id,
    receiptCode: record.head.receiptCode,
    createdMs: record.head.createdMs,
    bytes: record.whole.bytes,
    sentBytes: sentBytesOf(item),
    status: statusOf(item, destination),
    ...(isOpenable(record) ? { isOpenable: true } : {}),
    ...(retryMs === undefined ? {} : { retryMs }),
    ...(error === undefined ? {} : { error }),
  };
}

const changed = toErrorResult(new ServiceError('destination-changed'));

/** Of the whole file: parts have a few bytes more, each a manifest of its own. */
function sentBytesOf({ record, sentBytes }: OutboxItem): number {
  const { status, whole, parts = [] } = record;
  if (status === 'delivered' || status === 'quarantined') return whole.bytes;
  const before = parts.filter((part) => part.status !== undefined).reduce((sum, { bytes }) => sum + bytes, 0);
  return Math.min(whole.bytes, before + sentBytes);
}

/** Support can open it, though not all of it has arrived. */
function isOpenable({ status, parts = [] }: OutboxRecord): boolean {
  return status === 'pending' && parts.some((part) => part.status === 'accepted');
}

/** The record once the desk has said what it made of a part; settled when that was the last one. */
export function withAnswer(record: OutboxRecord, number: number, answer: CompleteAnswer): OutboxRecord {
  const parts = (record.parts ?? []).map((part) =>
    part.number === number ? { ...part, status: answer.status } : part,
  );
  const message = answer.message ?? 'The support team’s server has the report but could not read it.';
  const isAccepted = answer.status === 'accepted';
  const error = isAccepted ? {} : { error: { code: answer.code ?? 'quarantined', message: message.slice(0, 500) } };
  const sent: OutboxRecord = { ...record, ...error, parts };
  if (nextPart(sent) !== undefined) return sent;
  return { ...sent, status: parts.every(({ status }) => status === 'accepted') ? 'delivered' : 'quarantined' };
}

/** The part that is sent next; undefined: nothing has been decided yet, or all have been sent. */
export function nextPart({ parts = [] }: OutboxRecord): OutboxPart | undefined {
  return parts.find(({ status }) => status === undefined);
}

/** The report was sent, and the desk has it or will: a later part can follow. */
export function takesParts({ status }: OutboxRecord): boolean {
  return status === 'pending' || status === 'delivered' || status === 'quarantined';
}

/** The record with one more part, which is still to be sent. */
export function withPart(
  record: OutboxRecord,
  bundle: { readonly bytes: number; readonly sha256: string },
): OutboxRecord {
  const { parts = [] } = record;
  const number = Math.max(-1, ...parts.map((part) => part.number)) + 1;
  const { bytes, sha256 } = bundle;
  const longer: OutboxRecord = { ...record, status: 'pending', parts: [...parts, { number, bytes, sha256 }] };
  delete longer.error;
  delete longer.settledMs;
  return longer;
}

function statusOf({ record, abort, retryMs }: OutboxItem, destination: string | undefined): Delivery['status'] {
  if (record.status !== 'pending') return record.status;
  if (destination === undefined) return 'stored';
  if (isElsewhere(record, destination)) return 'refused';
  if (abort !== undefined) return 'sending';
  return retryMs === undefined ? 'queued' : 'waiting';
}
