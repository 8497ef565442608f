import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/main/services/durable-file.js';
import { systemClock } from '../../../src/main/services/host-clock.js';
import { openIdentity } from '../../../src/main/services/identity.js';
import { Outbox } from '../../../src/main/services/outbox.js';
import { KeyFileSecrets } from '../../../src/main/services/secrets.js';
import { makePart, sha256, type PartContent } from '../desk/part.js';

export interface PutReport {
  readonly report: string;
  readonly receiptCode: string;
  readonly bytes: Buffer;
}

/** Puts reports into an outbox that cannot send: what an app has when it is closed right after Send. */
export async function putReports(dir: string, deskUrl: string, contents: readonly PartContent[]): Promise<PutReport[]> {
  await mkdir(join(dir, 'drafts'), { recursive: true });
  const outbox = await Outbox.open({
    folder: join(dir, 'outbox'),
    fs: nodeFileSystem,
    clock: systemClock(),
    desk: { url: deskUrl },
    identity: await openIdentity(new KeyFileSecrets(nodeFileSystem, join(dir, 'keys'))),
    fetch: () => Promise.reject(new TypeError('fetch failed')),
    watchNetwork: () => () => undefined,
  });
  const put: PutReport[] = [];
  for (const [index, content] of contents.entries()) {
    const bytes = await makePart(content);
    const path = join(dir, 'drafts', `${index}.fluxrec`);
    await writeFile(path, bytes);
    const assembled = { path, bytes: bytes.length, sha256: sha256(bytes) };
    const words = { session: 's-1', app: { name: 'Fluxion', version: '3.4.1' }, description: `Report ${index}` };
    const { report, receiptCode } = await outbox.put(assembled, words);
    put.push({ report, receiptCode, bytes });
  }
  await outbox.close();
  return put;
}
