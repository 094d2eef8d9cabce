import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TokenSigner } from './auth/signed-token.ts';
import { Sessions } from './auth/sessions.ts';
import { SignalingConfig } from './config.ts';
import { prepareFirstStart } from './directory/first-start.ts';
import { createHttpApp } from './http/app.ts';
import { restHandlers } from './http/handlers.ts';
import { mediaDoor } from './http/viewer-rights.ts';
import { closeServer, createPublicServer, listen, openTrustDoor, tlsOf } from './http/listen.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { calendarFeedHandler } from './http/routes/calendar-feeds.ts';
import { LiveRooms } from './live-rooms.ts';
import { openStorage } from './open-storage.ts';
import { openUploads } from './open-uploads.ts';
import { StoredRooms } from './room-storage/stored-rooms.ts';
import { JoinClaims } from './rooms/join-claims.ts';
import { parseEnvOrExit } from './runtime/env.ts';
import { createLifecycle } from './runtime/lifecycle.ts';
import { createLog } from './runtime/log.ts';
import { createProcessMetrics } from './runtime/process-metrics.ts';
import { ProcessServer } from './runtime/process-server.ts';

/** One signaling process serves the whole district; a process in its place answers under the same path. */
const HOME_PATH = '/';
const VERSION = (JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string })
  .version;

const config = parseEnvOrExit(SignalingConfig, process.env);
const log = createLog('signaling', config.LOG_LEVEL);
const lifecycle = createLifecycle(log);
const checksReplies = config.NODE_ENV !== 'production';
const publicUrl = config.PUBLIC_URL?.replace(/\/$/, '');
const turn = config.TURN_SECRET === undefined ? undefined : { urls: config.TURN_URL, secret: config.TURN_SECRET };
const isDemo = config.DEMO ?? (config.DATABASE_URL === undefined && config.S3_ENDPOINT === undefined);

const storage = await openStorage(config, log, lifecycle);
const {
  stores,
  objects,
  redis,
  queue,
  packages,
  follower,
  keeper,
  timetableKeeper,
  linkGate,
  editions,
  gate,
  times,
  captions,
  captionOrders,
  writes,
} = storage;
const uploads = openUploads({ config, stores, objects, queue, log }, lifecycle);

const demo = await prepareFirstStart({
  stores,
  dataFolder: config.DATA_DIR,
  isDemo,
  publicUrl: publicUrl ?? `http://localhost:${config.PORT}`,
  log,
});

const tls = tlsOf(config);
const server = createPublicServer(tls);
const rooms = new LiveRooms({
  httpServer: server,
  redis,
  store: new StoredRooms({ stores, writes, pagesUrl: (id) => uploads.courseware.pagesUrl(id) }),
  log,
  innerSecret: config.TONGKE_INNER_SECRET,
  sessionSecret: config.TONGKE_SESSION_SECRET,
  publicUrl,
  maxInside: config.ROOM_WEBRTC_MAX,
  checksOutput: checksReplies,
  homePath: HOME_PATH,
});
lifecycle.onStop('rooms', () => rooms.close());

const joinTokens = new TokenSigner({
  purpose: 'join',
  secret: config.TONGKE_SESSION_SECRET,
  schema: JoinClaims,
  refusal: 'seatTokenInvalid',
});
const sessions = new Sessions(stores, Date.now);
const limits = createRateLimits(redis);
const app = createHttpApp({
  log,
  version: VERSION,
  handlers: restHandlers({
    stores,
    objects,
    sessions,
    rooms,
    queue,
    keeper,
    timetableKeeper,
    packages,
    editions,
    uploads: uploads.intake,
    imports: uploads.imports,
    times,
    courseware: uploads.courseware,
    captions,
    captionOrders,
    redis,
    joinTokens,
    turn,
    demo,
    isDemo,
    log,
    limits,
    connectionChecks: rooms.connectionChecks,
    mediaSecret: config.TONGKE_MEDIA_SECRET,
    hasLocalAuthority: config.LAN_CA_CERT !== undefined,
    version: VERSION,
    nowMs: Date.now,
  }),
  routes: { sessions, isSecure: publicUrl?.startsWith('https:') ?? tls !== undefined, publicUrl, checksReplies },
  uploads: uploads.intake,
  limits,
  courseware: uploads.courseware,
  calendarFeed: calendarFeedHandler({ stores, limits, nowMs: Date.now }, publicUrl),
  media: {
    store: objects,
    secret: config.TONGKE_MEDIA_SECRET,
    nowMs: Date.now,
    gate,
    accelPrefix: config.MEDIA_ACCEL_PREFIX,
    mayOpen: mediaDoor({ stores, linkGate, nowMs: Date.now }),
  },
  pages: { directory: join(import.meta.dirname, '../web-client/dist'), authorityCertificate: config.LAN_CA_CERT },
  trustProxy: config.TRUST_PROXY,
  // The page would answer without them, but a lesson would have no picture, no sound and no recording.
  isReady: () => lifecycle.isReady() && rooms.hasMediaNode && rooms.hasCaptureNode,
});
server.on('request', app);
await rooms.open();
await follower.catchUp();
await uploads.imports.catchUp();
keeper.start();
timetableKeeper.start();
await editions.catchUp();
await listen(server, config.PORT, config.HOST);
lifecycle.onStop('http', () => closeServer(server));
if (config.LAN_HTTP_PORT !== undefined && publicUrl !== undefined) {
  const door = await openTrustDoor(app, publicUrl, config.LAN_HTTP_PORT, config.HOST);
  lifecycle.onStop('trust page', () => closeServer(door));
}

function assertThere(isThere: boolean): void {
  if (!isThere) throw new Error('no such process is known');
}

const metrics = createProcessMetrics();
const inner = await ProcessServer.create({
  host: config.INNER_HOST,
  port: config.INNER_PORT,
  targetFile: config.INNER_TARGET_FILE,
  log,
  metrics,
  isReady: lifecycle.isReady,
  checks: {
    redis: async () => void (await redis.ping()),
    database: async () => void (await stores.directory.districtName()),
    media: async () => assertThere(rooms.hasMediaNode),
    capture: async () => assertThere(rooms.hasCaptureNode),
  },
});
lifecycle.onStop('process server', () => inner.close());
lifecycle.setReady(true);
log.info({ port: config.PORT, isDemo }, 'signaling is ready');
