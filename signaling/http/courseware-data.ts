import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import type { CoursewareDesk } from '../courseware/courseware-desk.ts';
import { AppError } from '../protocol/errors.ts';
import { CoursewareId } from '../protocol/ids.ts';
import { coursewareRoutes } from '../protocol/rest/courseware.ts';
import { assertAccess, personOf } from './caller.ts';
import { RunningUploads } from './running-uploads.ts';
import { assertOwnOrigin, type ServeRouteOptions } from './serve-route.ts';

export interface CoursewareDataOptions {
  readonly courseware: Pick<CoursewareDesk, 'receive'>;
  readonly routes: Pick<ServeRouteOptions, 'sessions' | 'publicUrl'>;
}

/** `PUT /api/v1/courseware-data/{coursewareId}`: the bytes of an announced file of pages, from its owner. */
export function coursewareDataRouter({ courseware, routes }: CoursewareDataOptions): Router {
  const running = new RunningUploads();
  const router = Router();
  router.put('/:coursewareId', async (request, response) => {
    assertOwnOrigin(request, routes.publicUrl);
    const caller = await routes.sessions.callerOf(request.headers.cookie, 'person');
    assertAccess(caller, coursewareRoutes.createCourseware);
    const { personId } = personOf(caller);
    const coursewareId = CoursewareId.safeParse(request.params.coursewareId);
    if (!coursewareId.success) throw new AppError('notFound');
    const length = request.headers['content-length'];
    const end = running.begin(personId);
    const body = request.iterator({ destroyOnReturn: false });
    try {
      await courseware.receive(personId, coursewareId.data, body, length === undefined ? undefined : Number(length));
    } finally {
      end();
      void passOver(request, body);
    }
    response.status(204).end();
  });
  return router;
}

/** Browsers look for an answer when they have sent all: what nobody has read must not wait for somebody who does. */
async function passOver(request: IncomingMessage, body: AsyncIterator<Buffer>): Promise<void> {
  await body.return?.().catch(() => undefined);
  request.resume();
}
