import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import express from 'express';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { createMuxer, type Muxer } from '../../../recorder/mux/muxer.ts';
import { chaptersVtt } from '../../../recorder/produce/plan/chapters.ts';
import { thumbnailsVtt } from '../../../recorder/produce/publish/pictures.ts';
import { mediaBaseUrl } from '../../../signaling/auth/media-signature.ts';
import { mediaListener } from '../../../signaling/http/media.ts';
import { problemHandler } from '../../../signaling/http/problem.ts';
import { webPages } from '../../../signaling/http/web-pages.ts';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { API_PREFIX, restRoutes, type RouteReplyInput } from '../../../signaling/protocol/rest.ts';
import type { PlayedSpan } from '../../../signaling/protocol/rest/watching.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { LoggedRecording } from '../media/logged-recording.ts';

const SECRET = 'secret-of-a-test';
const FILM_ATTEMPT = '1-test';
const GRANT_MS = 3_600_000;
/** As if the film were of an older edition than the views. */
export const TIMELINES = { film: 1, views: 2 };
export const STARTED_UNIX_US = 1_790_000_000_000_000;

type Summary = RouteReplyInput<'getRecording'>;
type RemarkView = RouteReplyInput<'createRemark'>;

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
  /** What the viewer, a pupil, has noted and asked. */
  readonly remarks: RemarkView[] = [];
  /** What the page says that was really played. */
  readonly played: PlayedSpan[] = [];
  /** The time lines on which it says so. */
  readonly toldTimelines = new Set<number | undefined>();
  /** What the viewer's summary says beside the facts of the recording. */
  summary: Partial<Summary> = {};
  /** What the library finds said in it. */
  hit: RouteReplyInput<'listRecordings'>['items'][number]['hit'] = null;
  /** Everything that was asked of the API. */
  readonly asked: string[] = [];
  /** Media requests from now on are answered as if their URL had expired, until a new one has been asked for. */
  isExpired = false;
  /** Whether nothing can be composed just now. */
  isQueueAway = true;
  /** Who has watched what. */
  statistics: RouteReplyInput<'watchStatistics'> | null = null;
  /** What is shown over the picture. */
  watermark: string | null = null;
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
    const directory = process.env['TONGKE_WEB_CLIENT_DIR'] ?? resolve('web-client/dist');
    app.use(webPages({ directory, authorityCertificate: undefined }));
    app.use(problemHandler(log));
    // As if the grant had expired, which the real route says of one that has.
    const nowMs = (): number => Date.now() + (this.isExpired ? 2 * GRANT_MS : 0);
    this.#server = createServer(mediaListener({ store, secret: SECRET, nowMs }, log, app));
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

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  /** Where a link leads. */
  get sharedUrl(): string {
    return `${this.#url}/shared/a-secret-token`;
  }

  get watchUrl(): string {
    return `${this.#url}/watch/${this.recording.recordingId}`;
  }

  get libraryUrl(): string {
    return `${this.#url}/library`;
  }

  /** A composed film as production lays it out: HLS with its sound apart, thumbnails in a sheet, chapters. */
  async addFilm(seconds: number): Promise<void> {
    const folder = await mkdtemp(join(this.folder, 'film-'));
    const picture = ['-f', 'lavfi', '-i', `testsrc2=s=640x360:r=25:d=${seconds}`];
    const sound = ['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${seconds}`];
    const streams = [
      '-map',
      '0:v',
      '-map',
      '1:a',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '50',
      '-c:a',
      'aac',
    ];
    const hls = '-f hls -hls_time 2 -hls_playlist_type vod -hls_segment_type fmp4 -master_pl_name master.m3u8'.split(
      ' ',
    );
    const variants = [
      '-hls_fmp4_init_filename',
      'init-%v.m4s',
      '-var_stream_map',
      'v:0,agroup:sound a:0,agroup:sound,default:yes',
      join(folder, 'v%v.m3u8'),
    ];
    const sheet = [
      '-f',
      'lavfi',
      '-i',
      `testsrc2=s=160x90:r=1:d=${seconds}`,
      '-vf',
      'fps=1/2,tile=10x10',
      '-frames:v',
      '1',
    ];
    const quiet = ['-v', 'error', '-nostdin', '-y'];
    await runPiped({
      program: 'ffmpeg',
      args: [...quiet, ...picture, ...sound, ...streams, ...hls, ...variants],
    });
    await runPiped({ program: 'ffmpeg', args: [...quiet, ...sheet, join(folder, 'sprite-001.jpg')] });
    const { recordingId } = this.recording;
    for (const name of await readdir(folder)) {
      await this.store.put(objectKeys.produced(recordingId, FILM_ATTEMPT, name), await readFile(join(folder, name)));
    }
    const put = (name: string, text: string) =>
      this.store.put(objectKeys.produced(recordingId, FILM_ATTEMPT, name), Buffer.from(text));
    await put('thumbnails.vtt', thumbnailsVtt(seconds * 1e6, ['sprite-001.jpg']));
    const half = (seconds * 1e6) / 2;
    const chapters = [
      { startUs: 0, endUs: half, title: '导入' },
      { startUs: half, endUs: seconds * 1e6, title: '面积的认识' },
    ];
    await put('chapters.vtt', chaptersVtt(chapters));
    this.summary = { ...this.summary, phase: 'ready', isComposed: true, durationMs: seconds * 1000 };
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
      lessonOrigin: 'class',
      title: '面积的认识',
      description: '',
      subject: '数学',
      grade: null,
      series: null,
      schoolId: 'school',
      schoolName: '莲都区实验小学',
      originSchoolName: null,
      lecturerId: 'person',
      lecturerName: '王丽华',
      phase: 'playable',
      hasViews: true,
      isPreparing: false,
      isComposed: false,
      startedAtMs: STARTED_UNIX_US / 1000,
      durationMs: null,
      progress: null,
      secondsLeft: null,
      failure: null,
      posterUrl: null,
      positionMs: this.savedPositionsMs.at(-1) ?? null,
      visibility: 'lesson',
      isPublished: true,
      expiresAtMs: null,
      isHeld: false,
      holdReason: null,
      mayManage: false,
      mayProduce: false,
      mayHold: false,
      mayDownload: false,
      allowsDownload: false,
      ...this.summary,
    };
  }

  #found(): RouteReplyInput<'listRecordings'>['items'][number] {
    return { ...this.#summary(), hit: this.hit };
  }

  #playback(): RouteReplyInput<'openPlayback'> {
    const expiresAtMs = Date.now() + GRANT_MS;
    const base = mediaBaseUrl(SECRET, { scope: 'watch', recording: this.recording.recordingId, expiresAtMs });
    return {
      recording: this.#summary(),
      expiresAtMs,
      viewsIndexUrl: this.summary.hasViews === false ? null : `${base}/play/index.json`,
      viewsSlidesUrl: this.summary.hasViews === false ? null : `${base}/play/slides/index.json`,
      viewsChaptersUrl: this.summary.hasViews === false ? null : `${base}/play/chapters.vtt`,
      composed:
        this.summary.isComposed === true
          ? {
              masterUrl: `${base}/produced/${FILM_ATTEMPT}/master.m3u8`,
              thumbnailsUrl: `${base}/produced/${FILM_ATTEMPT}/thumbnails.vtt`,
              posterUrl: `${base}/produced/${FILM_ATTEMPT}/sprite-001.jpg`,
              chaptersUrl: `${base}/produced/${FILM_ATTEMPT}/chapters.vtt`,
              waveformUrl: null,
              slidesUrl: `${base}/produced/${FILM_ATTEMPT}/slides/index.json`,
            }
          : null,
      downloadUrl: null,
      timelines: TIMELINES,
      watermark: this.watermark,
    };
  }

  #serveWatching(api: express.Router): void {
    api.put('/recordings/:id/position', (request, response) => {
      const { positionMs, timeline } = restRoutes.savePosition.body.parse(request.body);
      this.savedPositionsMs.push(positionMs);
      this.toldTimelines.add(timeline);
      response.json({});
    });
    api.post('/recordings/:id/production', (_request, response) => {
      if (this.isQueueAway) throw new AppError('unavailable');
      this.summary = { ...this.summary, phase: 'producing', failure: null, progress: null };
      response.status(202).json(this.#summary());
    });
    api.get('/recordings/:id/statistics', (_request, response) => response.json(this.statistics));
    api.post('/recordings/:id/watching', (request, response) => {
      const { spans, timeline } = restRoutes.reportWatching.body.parse(request.body);
      this.played.push(...spans);
      this.toldTimelines.add(timeline);
      response.json({});
    });
  }

  #serveRemarks(api: express.Router): void {
    api.get('/recordings/:id/remarks', (_request, response) => {
      const remarks = this.remarks.toSorted((one, other) => (one.atMs ?? 0) - (other.atMs ?? 0));
      response.json({ remarks, mayAsk: true, mayObserve: false });
    });
    api.post('/recordings/:id/remarks', (request, response) => {
      const { kind, atMs, text, timeline } = restRoutes.createRemark.body.parse(request.body);
      this.toldTimelines.add(timeline);
      const who = { authorId: 'viewer', authorName: '李明', authorPlace: '三年级一班', createdAtMs: Date.now() };
      const mine = { mayChange: true, mayDelete: true, mayAnswer: false, answers: [] };
      const remark = { remarkId: `remark-${this.remarks.length}`, kind, atMs, text, verdict: null, aspect: null };
      this.remarks.push({ ...remark, ...who, ...mine });
      response.status(201).json(this.remarks.at(-1));
    });
    api.delete('/recordings/:id/remarks/:remarkId', (request, response) => {
      const at = this.remarks.findIndex(({ remarkId }) => remarkId === request.params.remarkId);
      this.remarks.splice(at, at === -1 ? 0 : 1);
      response.json({});
    });
  }

  #api(): express.Router {
    const api = express.Router();
    api.use((request, _response, next) => {
      this.asked.push(`${request.method} ${request.path}`);
      next();
    });
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
    api.get('/recordings', (request, response) => {
      const { begun, state, search, subject } = request.query;
      const found = this.#found();
      const isElsewhere = typeof search === 'string' && !found.title.includes(search);
      const isOther = isElsewhere || (subject ?? found.subject) !== found.subject;
      const hasNone = state === 'draft' || (begun === 'yes' && this.savedPositionsMs.length === 0);
      const items = hasNone || (isOther && found.hit === null) ? [] : [found];
      response.json({ items, total: items.length });
    });
    const filters = {
      schools: [{ schoolId: 'school', name: '莲都区实验小学' }],
      subjects: ['数学', '语文'],
      grades: [],
      series: [],
    };
    api.get('/library/filters', (_request, response) => response.json(filters));
    api.get('/recordings/:id', (_request, response) => response.json(this.#summary()));
    api.post('/recordings/:id/playback', (_request, response) => {
      this.opened += 1;
      this.isExpired = false;
      response.json(this.#playback());
    });
    api.post('/shared/:token/playback', (_request, response) => {
      this.isExpired = false;
      response.json(this.#playback());
    });
    this.#serveWatching(api);
    this.#serveRemarks(api);
    return api;
  }
}
