import type { FileSystem } from './durable-file.js';
import type { OutboxPart, OutboxRecord, OutboxStore } from './outbox-store.js';
import { PARTS, splitBundle, type SplitOptions } from './split-bundle.js';

export interface DecideOptions {
  readonly fs: FileSystem;
  readonly store: OutboxStore;
  readonly record: OutboxRecord;
  readonly identity: SplitOptions['identity'];
}

/** The parts that a report is sent in, durable: a small first one and the rest, or all in one.  */
export async function decideParts({
  fs,
  store,
  record,
  identity,
}: DecideOptions): Promise<[OutboxPart, ...OutboxPart[]]> {
  const partPath = (number: number): string => store.partPath(record, number);
  const single: OutboxPart = { number: 0, ...record.whole };
  try {
    const whole = { path: store.wholePath(record), bytes: record.whole.bytes };
    const [first, ...rest] = (await splitBundle({ fs, whole, partPath, identity })) ?? [];
    return first === undefined ? [single] : [first, ...rest];
  } catch {
    // No room for parts, or the file is not what it was: as one it needs no room, and whether it is sound is seen when it is sent.
    for (let number = 0; number < PARTS; number += 1) await store.removePart(record, number);
    return [single];
  }
}
