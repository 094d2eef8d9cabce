import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import express from 'express';
import { createMuxer, type Muxer } from '../../recorder/mux/muxer.ts';
import { mediaBaseUrl, MEDIA_PREFIX } from '../../signaling/auth/media-signature.ts';
import { mediaRouter } from '../../signaling/http/media.ts';
import { problemHandler } from '../../signaling/http/problem.ts';
import { webPages } from '../../signaling/http/web-pages.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { API_PREFIX, type RouteReplyInput } from '../../signaling/protocol/rest.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { LoggedRecording } from './logged-recording.ts';

const SECRET = 'secret-of-a-test';
const GRANT_MS = 3_600_000;
export const STARTED_UNIX_US = 1_790_000_000_000_000;

type Summary = RouteReplyInput<'getRecording'>;

/**
 * What the player is given, without a district around it: the real packet logs, muxer, object store, signed media route and built client; REST answers for the
 * one recording.
 */
export class PlayerStand {
  readonly folder: string;
  readonly store: DirectoryObjectStore;
  readonly recording: LoggedRecording;
  readonly muxer: Muxer;
  readonly savedPositionsMs: number[] = [];
  /** What the viewer's summary says beside the facts of the recording. */
  summary: Partial<Summary> = {};
  /** Media requests from now on are answered as if their URL had expired, until a new one has been asked for. */
  isExpired = false;
  opened = 0;
  readonly #server: Server;
  #url = '';

  private constructor(folder: string, store: DirectoryObjectStore) {
    const log = createLog('player-stand', 'silent');
    this.folder = folder;
    this.store = store;
    this.recording = new LoggedRecording(store, STARTED_UNIX_US);
    this.muxer = createMuxer({ store, log });
    const app = express();
    app.use(API_PREFIX, express.json(), this.#api());
    app.use(MEDIA_PREFIX, (_request, _response, next) => next(this.isExpired ? new AppError('gone') : undefined));
    app.use(MEDIA_PREFIX, mediaRouter({ store, secret: SECRET, nowMs: () => Date.now() }));
    const directory = process.env['TONGKE_WEB_CLIENT_DIR'] ?? resolve('web-client/dist');
    app.use(webPages({ directory, authorityCertificate: undefined }));
    app.use(problemHandler(log));
    this.#server = createServer(app);
  }

  static async start(): Promise<PlayerStand> {
    const folder = await mkdtemp(join(tmpdir(), 'tongke-player-'));
    const stand = new PlayerStand(folder, await DirectoryObjectStore.create(join(folder, 'objects')));
    await new Promise<void>((done) => stand.#server.listen(0, '127.0.0.1', done));
    const address = stand.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    stand.#url = `http://127.0.0.1:${address.port}`;
    return stand;
  }

  get watchUrl(): string {
    return `${this.#url}/watch/${this.recording.recordingId}`;
  }

  get libraryUrl(): string {
    return `${this.#url}/library`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
    await this.muxer.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #summary(): Summary {
    const { recordingId } = this.recording;
    return {
      recordingId,
      lessonId: `lesson-${recordingId}`,
      kind: 'live',
      title: '面积的认识',
      subject: '数学',
      schoolId: 'school',
      schoolName: '莲都区实验小学',
      lecturerId: 'person',
      lecturerName: '王丽华',
      phase: 'playable',
      hasViews: true,
      isComposed: false,
      startedAtMs: STARTED_UNIX_US / 1000,
      durationMs: null,
      progress: null,
      secondsLeft: null,
      failure: null,
      posterUrl: null,
      positionMs: this.savedPositionsMs.at(-1) ?? null,
      mayManage: false,
      mayDownload: false,
      allowsDownload: false,
      ...this.summary,
    };
  }

  #playback(): RouteReplyInput<'openPlayback'> {
    const expiresAtMs = Date.now() + GRANT_MS;
    const base = mediaBaseUrl(SECRET, 'watch', this.recording.recordingId, expiresAtMs);
    return {
      recording: this.#summary(),
      expiresAtMs,
      viewsIndexUrl: `${base}/play/index.json`,
      composed: null,
      downloadUrl: null,
    };
  }

  #api(): express.Router {
    const api = express.Router();
    const system = { districtName: '演示区', protocolVersion: 1, version: 'test', isDemo: false, demoAccounts: [] };
    const me = {
      personId: 'viewer',
      account: 'viewer',
      displayName: '李明',
      roles: [{ role: 'student', schoolId: 'school' }],
      schoolId: 'school',
      schoolName: '莲都区实验小学',
      classGroup: '三年级一班',
      wards: [],
      mustChangePassword: false,
    };
    api.get('/session', (_request, response) => response.json({ me }));
    api.get('/system', (_request, response) => response.json(system));
    api.get('/recordings', (_request, response) => response.json({ items: [this.#summary()], total: 1 }));
    api.get('/recordings/:id', (_request, response) => response.json(this.#summary()));
    api.post('/recordings/:id/playback', (_request, response) => {
      this.opened += 1;
      this.isExpired = false;
      response.json(this.#playback());
    });
    api.put('/recordings/:id/position', (request, response) => {
      this.savedPositionsMs.push((request.body as { positionMs: number }).positionMs);
      response.json({});
    });
    return api;
  }
}
