import compression from 'compression';
import type { RequestListener } from 'node:http';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import { AppError } from '../protocol/errors.ts';
import { API_PREFIX } from '../protocol/rest.ts';
import type { Log } from '../runtime/log.ts';
import { COURSEWARE_DATA_PATH } from '../protocol/rest/courseware.ts';
import { CALENDAR_FEED_PATH } from '../protocol/rest/calendar-feeds.ts';
import { UPLOAD_DATA_PATH } from '../protocol/rest/uploads.ts';
import { coursewareDataRouter, type CoursewareDataOptions } from './courseware-data.ts';
import { mediaListener, type MediaRouteOptions } from './media.ts';
import { openApiDocument } from './openapi.ts';
import { problemHandler } from './problem.ts';
import { serveRoutes, type RestHandlers, type ServeRouteOptions } from './serve-route.ts';
import { uploadDataRouter, type UploadDataOptions } from './upload-data.ts';
import type { UploadIntake } from '../uploads/upload-intake.ts';
import { webPages, type WebPagesOptions } from './web-pages.ts';

export interface HttpAppOptions {
  readonly log: Log;
  readonly version: string;
  readonly handlers: RestHandlers;
  readonly routes: ServeRouteOptions;
  readonly media: MediaRouteOptions;
  readonly uploads: UploadIntake;
  readonly limits: UploadDataOptions['limits'];
  readonly courseware: CoursewareDataOptions['courseware'];
  readonly calendarFeed: RequestHandler;
  readonly pages: WebPagesOptions;
  /** Express's `trust proxy`, e.g. `loopback`. */
  readonly trustProxy: string;
  readonly isReady: () => boolean;
}

const JSON_LIMIT = '96kb';
/** CSV imports are the only large bodies: `MAX_SHEET_CHARACTERS` of three bytes each, and what JSON adds. */
const IMPORT_LIMIT = '4mb';
/** Captions of a long lesson: `MAX_CAPTION_FILE_CHARACTERS`, or as many cues, and what JSON adds. */
const CAPTION_LIMIT = '4mb';

const securityHeaders = (isSecure: boolean) =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Blurring a background is WebAssembly; it allows no more than to compile that.
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        // Component libraries place popovers and virtual rows by style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:', 'mediastream:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: isSecure,
  });

/** The public HTTP side of signaling: REST, signed media, the web client. */
export function createHttpApp(options: HttpAppOptions): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustProxy);
  app.use(securityHeaders(options.routes.isSecure));
  app.use((_request, response, next) => {
    response.setHeader(
      'permissions-policy',
      'camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self)',
    );
    next();
  });
  app.get('/healthz', (_request, response) => void response.json({ ok: true }));
  app.get('/readyz', (_request, response) => {
    const ok = options.isReady();
    response.status(ok ? 200 : 503).json({ ok });
  });

  const openApi = openApiDocument(options.version);
  const api = express.Router();
  api.use(
    UPLOAD_DATA_PATH,
    uploadDataRouter({ intake: options.uploads, limits: options.limits, routes: options.routes, log: options.log }),
  );
  api.use(COURSEWARE_DATA_PATH, coursewareDataRouter({ courseware: options.courseware, routes: options.routes }));
  api.use(compression());
  api.get(`${CALENDAR_FEED_PATH}/:file`, options.calendarFeed);
  api.get('/openapi.json', (_request, response) => void response.json(openApi));
  api.use('/calendar/import', express.json({ limit: IMPORT_LIMIT }));
  api.use('/people/import', express.json({ limit: IMPORT_LIMIT }));
  api.use('/recordings/:recordingId/captions', express.json({ limit: CAPTION_LIMIT }));
  api.use(express.json({ limit: JSON_LIMIT }));
  serveRoutes(api, options.handlers, options.routes);
  api.use(() => {
    throw new AppError('notFound');
  });
  app.use(API_PREFIX, api);

  app.use(webPages(options.pages));
  app.use(() => {
    throw new AppError('notFound');
  });
  app.use(problemHandler(options.log));
  return mediaListener(options.media, options.log, app);
}
