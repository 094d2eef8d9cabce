import type { RequestHandler } from 'express';
import type { FeedRecord } from '../../../storage/ports.ts';
import { newSecretToken, tokenHash } from '../../auth/secret-token.ts';
import { assertMayFollow, readFeed } from '../../directory/calendar-feeds.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import { API_PREFIX } from '../../protocol/rest.ts';
import { CALENDAR_FEED_PATH, type CalendarFeed } from '../../protocol/rest/calendar-feeds.ts';
import { personOf } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names = 'listCalendarFeeds' | 'createCalendarFeed' | 'revokeCalendarFeed';

/** One for each device and a few to spare. */
const MAX_FEEDS = 20;
const MAX_TOKEN = 100;

const viewOf = ({ feedId, classGroupId, classroomId, name, createdAtMs, readAtMs }: FeedRecord): CalendarFeed => ({
  ...{ feedId, classGroupId, classroomId, name, createdAtMs, readAtMs },
});

export class CalendarFeedRoutes implements Pick<RestHandlers, Names> {
  readonly #stores: RestDependencies['stores'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor({ stores, nowMs }: RestDependencies) {
    this.#stores = stores;
    this.#nowMs = nowMs;
  }

  readonly listCalendarFeeds: RestHandlers['listCalendarFeeds'] = async (_input, context) => {
    const feeds = await this.#stores.calendarFeeds.list(personOf(context.caller).personId);
    return { feeds: feeds.map(viewOf) };
  };

  readonly createCalendarFeed: RestHandlers['createCalendarFeed'] = async ({ body }, context) => {
    const { personId, roles } = personOf(context.caller);
    if (body.classGroupId !== null && body.classroomId !== null) throw fieldProblem('classroomId', 'feedOfOne');
    await assertMayFollow(this.#stores, roles, body);
    if ((await this.#stores.calendarFeeds.list(personId)).length >= MAX_FEEDS) throw new AppError('conflict');
    const token = newSecretToken();
    const feed = await this.#stores.calendarFeeds.create({
      ...body,
      createdBy: personId,
      tokenHash: tokenHash(token),
      createdAtMs: this.#nowMs(),
    });
    return { ...viewOf(feed), url: `${context.origin}${API_PREFIX}${CALENDAR_FEED_PATH}/${token}.ics` };
  };

  readonly revokeCalendarFeed: RestHandlers['revokeCalendarFeed'] = async ({ params }, context) => {
    await this.#stores.calendarFeeds.revoke(params.feedId, personOf(context.caller).personId);
    return {};
  };
}

/** Calendar programs send no cookie: the token, 256 bits, is all they have. */
export function calendarFeedHandler(
  { stores, limits, nowMs }: Pick<RestDependencies, 'stores' | 'limits' | 'nowMs'>,
  publicUrl: string | undefined,
): RequestHandler {
  return async (request, response) => {
    await limits.consume('calendarFeedAddress', request.ip ?? 'unknown');
    const { file } = request.params;
    if (typeof file !== 'string' || !file.endsWith('.ics') || file.length > MAX_TOKEN) throw new AppError('notFound');
    const origin = publicUrl ?? `${request.protocol}://${request.host}`;
    const calendar = await readFeed(stores, file.slice(0, -'.ics'.length), origin, nowMs());
    response.setHeader('content-type', 'text/calendar; charset=utf-8');
    response.setHeader('cache-control', 'private, no-cache');
    response.send(calendar);
  };
}
