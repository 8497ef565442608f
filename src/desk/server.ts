import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify';
import { makeFolder } from '../store/durable.js';
import { toStoreError } from '../store/errors.js';
import { lockFolder } from './data-lock.js';
import { DeskError } from './errors.js';
import { API_CSP, COMMON_HEADERS } from './http/headers.js';
import { isNextProxy } from './http/next-proxy.js';
import { checkCaller, checkHost, isOwnOrigin, ownOrigins, type OwnOrigins } from './http/own-origin.js';
import { QuietConnections } from './http/quiet-connections.js';
import { refuse } from './http/refusal.js';
import { Intake } from './intake/intake.js';
import { Uploads } from './intake/uploads.js';
import { Verifier, VERIFY_SCRIPT } from './intake/verifier.js';
import { CLOSE_GRACE_MS, MAX_JSON_BODY_BYTES, RATE_LIMITS, REQUEST_TIMEOUT_MS } from './limits.js';
import { listen } from './listen.js';
import { KnownInstalls } from './mailbox/known-installs.js';
import { Mailboxes } from './mailbox/mailboxes.js';
import { TechniciansFile } from './mailbox/technicians-file.js';
import { MailboxTokens } from './mailbox/tokens.js';
import {
  checkExposure,
  checkSecret,
  DEFAULT_DESK_PORT,
  isLoopback,
  listenAddress,
  publicOrigin,
  readTls,
  type DeskOptions,
} from './options.js';
import { openStore } from './open-store.js';
import { Reports } from './reports/reports.js';
import { customerRoutes } from './routes/customer.js';
import { mailboxRoutes } from './routes/mailbox.js';
import { reportRoutes } from './routes/reports.js';
import { sessionRoutes } from './routes/session.js';
import { signalingRoutes } from './routes/signaling.js';
import { viewerRoutes } from './routes/viewer.js';
import { Rooms } from './signaling/rooms.js';
import { SignalingSockets } from './signaling/sockets.js';
import { iceServers } from './signaling/turn.js';
import { startSweeping } from './sweeping.js';
import { Codes } from './technicians/codes.js';
import { Sessions } from './technicians/sessions.js';
import { readToken } from './technicians/token.js';

export type { DeskOptions } from './options.js';

export interface Desk {
  /** The origin that people open and that customers' apps send to. */
  readonly url: string;
  /** The URL with a one-time code in its fragment, which no server and no referrer ever sees. */
  link(): string;
  /** Ends what is under way; unfinished uploads stay and go on after the next start. */
  close(): Promise<void>;
}

/** Starts a desk. Rejects with a DeskError (`tls-required`, `port-taken`, `data-in-use`, …) or a StoreError. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  checkExposure(options);
  checkSecret(options.token);
  checkSecret(options.ingestKey);
  const shownOrigin = options.publicUrl === undefined ? undefined : publicOrigin(options.publicUrl);
  const tls = options.tls === undefined ? undefined : await readTls(options.tls);
  await makeFolder(options.dataDir).catch((error: unknown) => {
    throw toStoreError(error);
  });
  const app = makeApp(options, tls);
  const unlock = await lockFolder(options.dataDir);
  try {
    if (unlock === undefined) app.log.warn({}, 'nothing keeps a second desk off the data folder');
    return await run(app, options, shownOrigin, unlock);
  } catch (error) {
    await app.close();
    await unlock?.();
    throw error;
  }
}

function makeApp(options: DeskOptions, tls: { cert: Buffer; key: Buffer } | undefined): FastifyInstance {
  const common = {
    logger: options.log === undefined ? false : { ...options.log, base: null },
    // Its own lines would carry addresses with search words; `answerSafely` writes ours.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_JSON_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    trustProxy: options.behindTlsProxy === true ? isNextProxy : false,
  } as const;
  if (tls === undefined) return Fastify(common);
  // Its type differs only in the kind of server, which nothing below looks at.
  return Fastify({ ...common, https: { ...tls, minVersion: 'TLSv1.2' } });
}

async function run(
  app: FastifyInstance,
  options: DeskOptions,
  shownOrigin: string | undefined,
  unlock: (() => Promise<void>) | undefined,
): Promise<Desk> {
  const { dataDir } = options;
  const quiet = new QuietConnections(app.server);
  const host = options.host ?? '127.0.0.1';
  const now = Date.now;
  const rateLimits = { ...RATE_LIMITS, ...options.rateLimits };
  const isSecure = options.tls !== undefined || options.behindTlsProxy === true;

  const { store, direct, close: closeStore } = await openStore(options);
  const reports = await Reports.open(store, now, app.log);
  const uploads = await Uploads.open({
    folder: join(dataDir, 'uploads'),
    now,
    direct: direct === undefined ? undefined : { store, direct },
  });
  const intake = new Intake({ reports, uploads, verifier: new Verifier({ script: VERIFY_SCRIPT }), log: app.log });
  const token = options.token ?? (await readToken(dataDir));
  const sessions = await Sessions.open(join(dataDir, 'sessions.json'), token, now);
  const codes = new Codes(now);
  const mailboxes = new Mailboxes(store, now);
  const stopSweeping = await startSweeping({ intake, store, mailboxes, now, log: app.log });

  // Known once it listens.
  const listening: { port: number; own?: OwnOrigins } = { port: 0 };
  // What a form of another page can send without a preflight.
  app.removeContentTypeParser('text/plain');
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    errorResponseBuilder: () => new DeskError('too-many-requests'),
  });
  answerSafely(app, isSecure && options.behindTlsProxy !== true, () => listening.own);
  const signedIn = sessionRoutes(app, { sessions, codes, token, isSecure, port: () => listening.port, rateLimits });
  customerRoutes(app, { intake, ingestKey: options.ingestKey, rateLimits });
  reportRoutes(app, { reports, parts: { store, direct }, signedIn, run: randomUUID().slice(0, 8), rateLimits });
  mailboxRoutes(app, {
    mailboxes,
    tokens: new MailboxTokens(token, now),
    technicians: new TechniciansFile(options.techniciansFile ?? join(dataDir, 'technicians.json'), app.log, now),
    installs: new KnownInstalls(reports.inbox),
    ingestKey: options.ingestKey,
    signedIn,
    isOwnOrigin: (origin, request) => listening.own !== undefined && isOwnOrigin(origin, request, listening.own),
    rateLimits,
  });
  const rooms = new Rooms(now);
  const sockets = new SignalingSockets(rooms, options.behindTlsProxy === true);
  app.server.on('upgrade', (request, socket, head) => {
    sockets.accept(request, socket, head);
  });
  signalingRoutes(app, {
    rooms,
    iceServers: () => iceServers(options.ice ?? {}, now()),
    ingestKey: options.ingestKey,
    signedIn,
    rateLimits,
  });
  viewerRoutes(app, { viewerDir: options.viewerDir, storeOrigin: await direct?.origin(), rateLimits });

  const port = await listen(app, {
    host: listenAddress(host),
    port: options.port ?? DEFAULT_DESK_PORT,
    pinned: options.pinned ?? false,
  });
  listening.port = port;
  listening.own = ownOrigins({
    port,
    isLoopback: isLoopback(host) && options.behindTlsProxy !== true,
    isSecure,
    publicOrigin: shownOrigin,
  });
  const url = shownOrigin ?? originOf(host, port, isSecure);
  app.log.info({ url, reports: reports.inbox.size, uploads: uploads.size }, 'desk listens');

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    stopSweeping();
    mailboxes.close();
    sockets.close();
    await intake.close();
    const force = setTimeout(() => {
      app.server.closeAllConnections();
    }, CLOSE_GRACE_MS);
    const closed = app.close();
    quiet.end();
    await closed;
    quiet.stop();
    clearTimeout(force);
    closeStore();
    await unlock?.();
  };
  return { url, link: () => `${url}/#code=${codes.mint()}`, close: () => (closing ??= close()) };
}

/** What holds for every answer, refusals included. */
function answerSafely(app: FastifyInstance, isTlsServer: boolean, own: () => OwnOrigins | undefined): void {
  app.addHook('onRequest', (request, reply, next) => {
    reply.headers(COMMON_HEADERS);
    reply.header('content-security-policy', API_CSP);
    reply.header('cache-control', 'no-store');
    if (isTlsServer) reply.header('strict-transport-security', 'max-age=31536000');
    const origins = own();
    if (origins === undefined) throw new DeskError('stopping');
    checkHost(request, origins);
    if (request.url.startsWith('/api/')) checkCaller(request, origins);
    next();
  });
  app.addHook('onResponse', (request, reply, next) => {
    const fields = {
      method: request.method,
      // The pattern, not the address: search words are nobody's business.
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 400) app.log.info(fields, 'refused');
    else app.log.debug(fields, 'answered');
    next();
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    refuse(error, request, reply, app.log);
  });
  app.setNotFoundHandler((request, reply) => {
    refuse(new DeskError('not-found'), request, reply, app.log);
  });
}

function originOf(host: string, port: number, isSecure: boolean): string {
  // A wildcard is no address that anybody could open.
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host;
  return new URL(`${isSecure ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`).origin;
}
