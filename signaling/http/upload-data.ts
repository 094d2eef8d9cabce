import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { DataStore, Server, Upload as TusUpload } from '@tus/server';
import { Router } from 'express';
import { AppError } from '../protocol/errors.ts';
import { RecordingId } from '../protocol/ids.ts';
import { uploadRoutes, UPLOAD_DATA_PATH } from '../protocol/rest/uploads.ts';
import { API_PREFIX } from '../protocol/rest.ts';
import type { Log } from '../runtime/log.ts';
import type { Upload } from '../../storage/ports.ts';
import type { UploadIntake } from '../uploads/upload-intake.ts';
import { assertAccess, personOf } from './caller.ts';
import { toAppError, toProblem } from './problem.ts';
import type { RateLimits } from './rate-limits.ts';
import { RunningUploads } from './running-uploads.ts';
import { assertOwnOrigin, type ServeRouteOptions } from './serve-route.ts';

const METHODS = new Set(['HEAD', 'PATCH', 'OPTIONS']);

/** A smaller piece than this counts (`smallPartPerson`), also where the line broke: up to 8 MB are read and written again for it. */
const SMALL_PART_BYTES = 1_048_576;

export interface UploadDataOptions {
  readonly intake: UploadIntake;
  readonly limits: Pick<RateLimits, 'consume' | 'giveBack'>;
  readonly routes: Pick<ServeRouteOptions, 'sessions' | 'publicUrl'>;
  readonly log: Log;
}

/**
 * `/api/v1/upload-data/{uploadId}`: the bytes of announced uploads by tus 1.0, core protocol. They are announced and cancelled by REST, where
 * the answers have our types; here every request is its owner's, from our own page, or it finds nothing.
 */
export function uploadDataRouter({ intake, limits, routes, log }: UploadDataOptions): Router {
  const tus = new Server({
    path: `${API_PREFIX}${UPLOAD_DATA_PATH}`,
    datastore: new IntakeStore(intake, limits),
    relativeLocation: true,
    // Nobody else's page has any business here.
    allowedOrigins: () => false,
    onUploadFinish: async (_request, { id }) => {
      await intake.finishIfWhole(await uploadOf(intake, id));
      return {};
    },
    onResponseError: (_request, error) => describeError(error, log),
  });
  const running = new RunningUploads();
  const router = Router();
  router.all('/:uploadId', async (request, response) => {
    if (!METHODS.has(request.method)) throw new AppError('notFound');
    assertOwnOrigin(request, routes.publicUrl);
    const caller = await routes.sessions.callerOf(request.headers.cookie, 'person');
    assertAccess(caller, uploadRoutes.createUpload);
    const { personId } = personOf(caller);
    const uploadId = RecordingId.safeParse(request.params.uploadId);
    if (!uploadId.success) throw new AppError('notFound');
    // tus takes the last part of the whole address for the upload, also of what stands behind a question mark: it must be the one that is looked at here.
    if (request.originalUrl !== `${API_PREFIX}${UPLOAD_DATA_PATH}/${uploadId.data}`) throw new AppError('notFound');
    const upload = await intake.own(personId, uploadId.data);
    // The answer to the last part may have been lost, and with it the making of the recording.
    if (request.method === 'HEAD') await intake.finishIfWhole(upload);
    const end = request.method === 'PATCH' ? running.begin(personId) : undefined;
    try {
      await tus.handle(request, response);
    } finally {
      end?.();
    }
  });
  return router;
}

async function uploadOf(intake: UploadIntake, id: string): Promise<Upload> {
  const uploadId = RecordingId.safeParse(id);
  if (!uploadId.success) throw new AppError('notFound');
  return intake.find(uploadId.data);
}

/** The intake as tus asks for it. */
class IntakeStore extends DataStore {
  readonly #intake: UploadIntake;
  readonly #limits: UploadDataOptions['limits'];

  constructor(intake: UploadIntake, limits: UploadDataOptions['limits']) {
    super();
    this.#intake = intake;
    this.#limits = limits;
    this.extensions = [];
  }

  override async getUpload(id: string): Promise<TusUpload> {
    const upload = await uploadOf(this.#intake, id);
    return new TusUpload({ id, size: upload.bytes, offset: await this.#intake.receivedBytes(upload) });
  }

  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const upload = await uploadOf(this.#intake, id);
    // How much comes is known afterwards only: whoever says a length need not send it.
    await this.#limits.consume('smallPartPerson', upload.ownerId);
    const reached = await this.#intake.append(upload, offset, body);
    if (reached - offset >= SMALL_PART_BYTES || reached === upload.bytes) {
      await this.#limits.giveBack('smallPartPerson', upload.ownerId);
    }
    return reached;
  }
}

/** tus answers with a status and a text; ours is the same problem that every other route gives. */
function describeError(thrown: unknown, log: Log): { status_code: number; body: string } | undefined {
  // Errors of tus itself say all that its clients need.
  if (!(thrown instanceof Error)) return undefined;
  const error = toAppError(thrown);
  const instance = randomUUID();
  if (error.code === 'internal') log.error({ err: thrown, instance }, 'upload failed');
  return { status_code: error.status, body: JSON.stringify(toProblem(error, instance)) };
}
