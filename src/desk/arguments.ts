import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { iceUrlSchema } from '../shared/protocol/live-ice.js';
import { DEFAULT_DESK_PORT, publicOrigin, type DeskOptions } from './options.js';
import { s3Options } from './store-options.js';

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
  --technicians FILE    the signed list of technicians (DIR/technicians.json); see fluxrec keys
  --stun URL            a STUN server for live sessions, such as stun:stun.example.org; may be given several times
  --turn URL            a TURN server, such as turn:turn.example.org:443?transport=tcp; may be given several times
  --viewer DIR          the built viewer
  --log-level LEVEL     debug, info, warn, error or silent (info); JSON lines on standard error
  --help                this text

  --store s3://BUCKET[/PREFIX]   keeps reports in S3 in place of DIR/store
  --s3-region REGION             of the bucket (us-east-1)
  --s3-endpoint URL              of a store that is not AWS: Ceph, MinIO, R2, …
  --s3-public-endpoint URL       the same store as customers and technicians reach it, if that is another address
  --s3-path-style                the bucket stands in the path, not in the name of the host
  --configure-cors ORIGIN        lets the viewer at ORIGIN read from the bucket, and ends; may be given several times

Environment:
  FLUXREC_DESK_TOKEN       what technicians sign in with; default: minted into DIR/token
  FLUXREC_DESK_INGEST_KEY  what apps must present to send reports; default: nothing
  FLUXREC_DESK_TURN_SECRET what the TURN servers share with the desk (coturn: static-auth-secret); --turn needs it
  FLUXREC_DESK_STORE, FLUXREC_DESK_S3_REGION, FLUXREC_DESK_S3_ENDPOINT, FLUXREC_DESK_S3_PUBLIC_ENDPOINT,
  FLUXREC_DESK_S3_PATH_STYLE=1   as the flags, which win
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, …   credentials for the bucket, as for every program that uses AWS's SDK

It prints a link that signs in once. Ctrl-C stops it.`;

export interface Arguments {
  readonly desk: DeskOptions;
  /** Origins to let into the bucket, in place of starting a desk. */
  readonly corsOrigins: readonly string[];
}

/** Ends the process where it is asked for help, or cannot understand. Throws `store-invalid`, `public-url-invalid`. */
export function readArguments(): Arguments {
  const values = parse();
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
  const store = readStore(values);
  const corsOrigins = values['configure-cors'] ?? [];
  if (corsOrigins.length > 0 && store === undefined) usage('--configure-cors needs --store.');
  const token = environment('FLUXREC_DESK_TOKEN');
  const ingestKey = environment('FLUXREC_DESK_INGEST_KEY');
  return {
    corsOrigins: corsOrigins.map(publicOrigin),
    desk: {
      dataDir: values.data ?? 'desk-data',
      viewerDir: values.viewer ?? builtViewer(),
      pinned: values.pinned === true,
      behindTlsProxy: values['behind-tls-proxy'] === true,
      log: { level, stream: process.stderr },
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(port === undefined ? {} : { port }),
      ...(certFile === undefined || keyFile === undefined ? {} : { tls: { certFile, keyFile } }),
      ...(values['public-url'] === undefined ? {} : { publicUrl: values['public-url'] }),
      ...(store === undefined ? {} : { s3: store }),
      ...(values.technicians === undefined ? {} : { techniciansFile: values.technicians }),
      ...(token === undefined ? {} : { token }),
      ...(ingestKey === undefined ? {} : { ingestKey }),
      ...readIce(values),
    },
  };
}

function readIce({ stun = [], turn = [] }: ReturnType<typeof parse>): Pick<DeskOptions, 'ice'> {
  const secret = environment('FLUXREC_DESK_TURN_SECRET');
  if (!stun.every((url) => v.is(iceUrlSchema, url) && /^stuns?:/.test(url)))
    usage('--stun takes stun:HOST or stun:HOST:PORT.');
  if (!turn.every((url) => v.is(iceUrlSchema, url) && /^turns?:/.test(url))) {
    usage('--turn takes turn:HOST:PORT, turns:HOST:PORT, and ?transport=udp or ?transport=tcp after it.');
  }
  if (turn.length > 0 && secret === undefined) usage('--turn needs FLUXREC_DESK_TURN_SECRET.');
  return { ice: { stun, ...(turn.length === 0 || secret === undefined ? {} : { turn: { urls: turn, secret } }) } };
}

function readStore(values: ReturnType<typeof parse>): DeskOptions['s3'] {
  const store = values.store ?? environment('FLUXREC_DESK_STORE');
  const endpoint = values['s3-endpoint'] ?? environment('FLUXREC_DESK_S3_ENDPOINT');
  const publicEndpoint = values['s3-public-endpoint'] ?? environment('FLUXREC_DESK_S3_PUBLIC_ENDPOINT');
  const region = values['s3-region'] ?? environment('FLUXREC_DESK_S3_REGION') ?? environment('AWS_REGION');
  const pathStyle = values['s3-path-style'] === true || environment('FLUXREC_DESK_S3_PATH_STYLE') === '1';
  if (store === undefined) {
    if (endpoint !== undefined || publicEndpoint !== undefined) usage('--s3-endpoint needs --store.');
    return undefined;
  }
  return s3Options({ store, endpoint, publicEndpoint, region, pathStyle });
}

/** Of the environment; empty counts as not there, as containers leave it. */
function environment(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
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
        technicians: { type: 'string' },
        viewer: { type: 'string' },
        stun: { type: 'string', multiple: true },
        turn: { type: 'string', multiple: true },
        'log-level': { type: 'string' },
        store: { type: 'string' },
        's3-region': { type: 'string' },
        's3-endpoint': { type: 'string' },
        's3-public-endpoint': { type: 'string' },
        's3-path-style': { type: 'boolean' },
        'configure-cors': { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : 'These arguments are not understood.');
  }
}

function usage(message: string): never {
  console.error(`${message}\n\n${HELP}`);
  process.exit(2);
}

/** Beside the built desk (out/main/desk.js), or seen from its source (src/desk/arguments.ts). */
function builtViewer(): string {
  const beside = join(import.meta.dirname, '../renderer');
  return existsSync(beside) ? beside : join(import.meta.dirname, '../../out/renderer');
}
