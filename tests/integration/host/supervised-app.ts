// Run by the tests as a process of its own: the smallest app under a supervisor. `GET /` tells who it is, `POST /<deed>` makes it
// do something. Its arguments are what it listens on, and how its later runs behave.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { supervise } from '../../../src/main/web/supervise.js';

const { values } = parseArgs({
  options: {
    // Ends before it is up, so many times after a restart: there a file counts.
    fails: { type: 'string', default: '0' },
    dir: { type: 'string' },
  },
});

const run = await supervise();
const isLater = run.ports['app'] !== undefined;
const fails = Number(values.fails);
if (isLater && fails > 0 && fails > failuresUntilNow()) process.exit(3);

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { pid, ppid, argv, env } = process;
    response.end(JSON.stringify({ pid, ppid, args: argv.slice(2), env: env['FLUXREC_SUPERVISED'] ?? 'none' }));
    return;
  }
  response.end(() => {
    deeds[request.url?.slice(1) ?? '']?.();
  });
});

const deeds: Readonly<Record<string, () => void>> = {
  restart: run.restart,
  exit: () => process.exit(7),
  crash: () => process.kill(process.pid, 'SIGKILL'),
  /** From now on it cannot end: its thread stands still when it is to. */
  stick: () => {
    run.onEnd(() => {
      for (;;);
    });
  },
};

server.listen(run.ports['app'] ?? 0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  run.onEnd(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    console.log(`closed ${process.pid}`);
  });
  run.up({ app: port });
  console.log(`up ${port} ${process.pid}`);
});

function failuresUntilNow(): number {
  const path = `${values.dir ?? '.'}/failures`;
  let count = 0;
  for (;;) {
    try {
      writeFileSync(`${path}-${count}`, '', { flag: 'wx' });
      return count;
    } catch {
      count += 1; // This one was an earlier run's.
    }
  }
}
