// Run by the tests as a process of its own, which can be killed: an app that does nothing but send what is in its outbox.
import { join } from 'node:path';
import { nodeFileSystem } from '../../../src/main/services/durable-file.js';
import { systemClock } from '../../../src/main/services/host-clock.js';
import { openIdentity } from '../../../src/main/services/identity.js';
import { Outbox } from '../../../src/main/services/outbox.js';
import { KeyFileSecrets } from '../../../src/main/services/secrets.js';

const [dir = '', deskUrl = ''] = process.argv.slice(2);
const outbox = await Outbox.open({
  folder: join(dir, 'outbox'),
  fs: nodeFileSystem,
  clock: systemClock(),
  desk: { url: deskUrl },
  identity: await openIdentity(new KeyFileSecrets(nodeFileSystem, join(dir, 'keys'))),
  fetch: globalThis.fetch,
  watchNetwork: () => () => undefined,
});
const tell = (): void => {
  process.stdout.write(`${JSON.stringify(outbox.list())}\n`);
};
outbox.onChange(tell);
tell();
// Its timers are none that keep a process alive.
setInterval(() => undefined, 1000);
