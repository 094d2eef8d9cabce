import type * as z from 'zod';
import type { RouteDefinition } from './define.ts';
import { calendarFeedRoutes } from './rest/calendar-feeds.ts';
import { calendarRoutes } from './rest/calendar.ts';
import { captionRoutes } from './rest/captions.ts';
import { classroomRoutes } from './rest/classrooms.ts';
import { connectionCheckRoutes } from './rest/connection-check.ts';
import { coverageRoutes } from './rest/coverage.ts';
import { coursewareRoutes } from './rest/courseware.ts';
import { directoryRoutes } from './rest/directory.ts';
import { inspectionRoutes } from './rest/inspection.ts';
import { lessonReportRoutes } from './rest/lesson-report.ts';
import { editionRoutes } from './rest/editions.ts';
import { lessonRoutes } from './rest/lessons.ts';
import { orderRoutes } from './rest/order.ts';
import { personAnswerRoutes } from './rest/person-answers.ts';
import { publishingRoutes } from './rest/publishing.ts';
import { packageRoutes } from './rest/packages.ts';
import { recordingRoutes } from './rest/recordings.ts';
import { remarkRoutes } from './rest/remarks.ts';
import { sessionRoutes } from './rest/session.ts';
import { siteRoutes } from './rest/sites.ts';
import { uploadRoutes } from './rest/uploads.ts';
import { watchingRoutes } from './rest/watching.ts';

export const API_PREFIX = '/api/v1';
/** `1` from a site's page: where a browser is a person and a site at once, the site asks. */
export const AS_SITE_HEADER = 'x-tongke-site';

/** Every REST route, by operation name. Express, the typed browser client and OpenAPI are made from this one value. */
export const restRoutes = {
  ...sessionRoutes,
  ...lessonRoutes,
  ...lessonReportRoutes,
  ...personAnswerRoutes,
  ...inspectionRoutes,
  ...coverageRoutes,
  ...coursewareRoutes,
  ...directoryRoutes,
  ...orderRoutes,
  ...classroomRoutes,
  ...siteRoutes,
  ...calendarRoutes,
  ...calendarFeedRoutes,
  ...recordingRoutes,
  ...publishingRoutes,
  ...packageRoutes,
  ...editionRoutes,
  ...captionRoutes,
  ...remarkRoutes,
  ...watchingRoutes,
  ...uploadRoutes,
  ...connectionCheckRoutes,
} as const satisfies Record<string, RouteDefinition>;

export type RestRoutes = typeof restRoutes;
export type RouteName = keyof RestRoutes;

type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> = K extends keyof RestRoutes[N]
  ? RestRoutes[N][K] extends z.ZodType
    ? RestRoutes[N][K]
    : undefined
  : undefined;
type SentPart<S, K extends string> = S extends z.ZodType ? { readonly [P in K]: z.input<S> } : unknown;
type ReadPart<S, K extends string> = S extends z.ZodType ? { readonly [P in K]: z.output<S> } : unknown;

/** What a caller passes: `{ params, query, body }`, each only where the route has it. */
export type RouteInput<N extends RouteName> = SentPart<Part<N, 'params'>, 'params'> &
  SentPart<Part<N, 'query'>, 'query'> &
  SentPart<Part<N, 'body'>, 'body'>;
/** What a handler gets, parsed. */
export type RouteParsedInput<N extends RouteName> = ReadPart<Part<N, 'params'>, 'params'> &
  ReadPart<Part<N, 'query'>, 'query'> &
  ReadPart<Part<N, 'body'>, 'body'>;
export type RouteReply<N extends RouteName> = z.output<RestRoutes[N]['reply']>;
export type RouteReplyInput<N extends RouteName> = z.input<RestRoutes[N]['reply']>;
