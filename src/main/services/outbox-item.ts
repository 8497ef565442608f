import { toErrorResult, type ErrorResult } from '../../shared/errors.js';
import type { Delivery } from '../../shared/protocol/host.js';
import type { OutboxRecord } from './outbox-store.js';
import { ServiceError } from './service-errors.js';

/** A report in the outbox: its record on disk, and what this run of the host knows besides. */
export interface OutboxItem {
  record: OutboxRecord;
  sentBytes: number;
  failures: number;
  /** Why it waits. */
  error: ErrorResult | undefined;
  /** Wall clock (Unix ms) of the next attempt, while it waits. */
  retryMs: number | undefined;
  timer: NodeJS.Timeout | undefined;
  /** While it is being sent. */
  abort: AbortController | undefined;
}

export function newItem(record: OutboxRecord): OutboxItem {
  return {
    record,
    sentBytes: 0,
    failures: 0,
    error: undefined,
    retryMs: undefined,
    timer: undefined,
    abort: undefined,
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
    bytes: record.part.bytes,
    sentBytes: sentBytesOf(item),
    status: statusOf(item, destination),
    ...(retryMs === undefined ? {} : { retryMs }),
    ...(error === undefined ? {} : { error }),
  };
}

const changed = toErrorResult(new ServiceError('destination-changed'));

function sentBytesOf({ record, sentBytes }: OutboxItem): number {
  return record.status === 'delivered' || record.status === 'quarantined' ? record.part.bytes : sentBytes;
}

function statusOf({ record, abort, retryMs }: OutboxItem, destination: string | undefined): Delivery['status'] {
  if (record.status !== 'pending') return record.status;
  if (destination === undefined) return 'stored';
  if (isElsewhere(record, destination)) return 'refused';
  if (abort !== undefined) return 'sending';
  return retryMs === undefined ? 'queued' : 'waiting';
}
