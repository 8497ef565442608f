import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { systemCode } from '../store/errors.js';
import { DeskError } from './errors.js';

/** The longest path that a socket can have on every system. */
const MAX_SOCKET_PATH = 100;

/**
 * Keeps a second desk off the same data folder; answers what lets go of it. A listening socket is the lock: it goes with its
 * process however that ends, where a file with a process id would outlive it and could name somebody else's process.
 * Undefined: this file system has no sockets, and nothing keeps a second one off. Throws `data-in-use`.
 */
export async function lockFolder(folder: string): Promise<(() => Promise<void>) | undefined> {
  const path = socketPath(resolve(folder));
  for (let isFirst = true; ; isFirst = false) {
    const server = createServer((socket) => socket.destroy());
    try {
      await listen(server, path);
      server.unref();
      return () => closeServer(server);
    } catch (error) {
      if (systemCode(error) !== 'EADDRINUSE') return undefined;
      if (!isFirst || (await isAnswered(path))) throw new DeskError('data-in-use');
      await rm(path, { force: true }); // Left by a desk that was killed.
    }
  }
}

function socketPath(folder: string): string {
  const name = `fluxrec-desk-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const path = join(folder, 'lock');
  return path.length <= MAX_SOCKET_PATH ? path : join(tmpdir(), name);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(path, done);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => {
      done();
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}
