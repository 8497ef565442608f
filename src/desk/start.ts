// The desk as a process: `fluxrec-desk --help` tells its flags.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FluxionError } from '../shared/errors.js';
import { DEFAULT_DESK_PORT, type DeskOptions } from './options.js';
import { startDesk } from './server.js';

const HELP = `The desk: where diagnostics reports arrive and technicians read them.

Usage: desk [OPTIONS]

  --data DIR            where the desk keeps all it has (desk-data)
  --host ADDRESS        what it listens on (127.0.0.1); beyond this machine only with one of the three below
  --port N              its port (${DEFAULT_DESK_PORT}; the next free one where it is taken; 0: any)
  --pinned              fail where the port is taken
  --tls-cert FILE       certificate chain, PEM
  --tls-key FILE        its private key, PEM
  --behind-tls-proxy    a proxy in front does TLS and sets X-Forwarded-For
  --public-url URL      the origin that people open, such as https://desk.example.org
  --viewer DIR          the built viewer
  --log-level LEVEL     debug, info, warn, error or silent (info); JSON lines on standard error
  --help                this text

Environment:
  FLUXREC_DESK_TOKEN       what technicians sign in with; default: minted into DIR/token
  FLUXREC_DESK_INGEST_KEY  what apps must present to send reports; default: nothing

It prints a link that signs in once. Ctrl-C stops it.`;

function usage(message: string): never {
  console.error(`${message}\n\n${HELP}`);
  process.exit(2);
}

function readArguments(): DeskOptions {
  const { values } = parse();
  if (values.help === true) {
    console.log(HELP);
    process.exit(0);
  }
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    usage('--port takes a number from 0 to 65535.');
  }
  const { 'tls-cert': certFile, 'tls-key': keyFile } = values;
  if ((certFile === undefined) !== (keyFile === undefined)) usage('--tls-cert and --tls-key belong together.');
  const level = values['log-level'] ?? 'info';
  if (!['debug', 'info', 'warn', 'error', 'silent'].includes(level))
    usage('--log-level takes debug, info, warn, error or silent.');
  const token = process.env['FLUXREC_DESK_TOKEN'];
  const ingestKey = process.env['FLUXREC_DESK_INGEST_KEY'];
  return {
    dataDir: values.data ?? 'desk-data',
    viewerDir: values.viewer ?? builtViewer(),
    pinned: values.pinned === true,
    behindTlsProxy: values['behind-tls-proxy'] === true,
    log: { level, stream: process.stderr },
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(port === undefined ? {} : { port }),
    ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
    ...(values['public-url'] === undefined ? {} : { publicUrl: values['public-url'] }),
    ...(token === undefined || token === '' ? {} : { token }),
    ...(ingestKey === undefined || ingestKey === '' ? {} : { ingestKey }),
  };
}

function parse() {
  try {
    return parseArgs({
      options: {
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        pinned: { type: 'boolean' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'behind-tls-proxy': { type: 'boolean' },
        'public-url': { type: 'string' },
        viewer: { type: 'string' },
        'log-level': { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'These arguments are not understood.');
  }
}

/** Beside the built desk (out/main/desk.js), or seen from its source (src/desk/start.ts). */
function builtViewer(): string {
  const beside = join(import.meta.dirname, '../renderer');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../out/renderer');
}

try {
  const desk = await startDesk(readArguments());
  console.log(`Open the desk, signed in: ${desk.link()}`);
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(1); // Asked twice: at once.
      isStopping = true;
      void desk.close().then(() => process.exit(0));
    });
  }
} catch (error) {
  console.error(error instanceof FluxionError ? error.message : error);
  process.exitCode = 1;
}
