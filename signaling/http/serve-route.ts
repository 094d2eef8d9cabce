import { parseCookie } from 'cookie';
import type { Request, Response, Router } from 'express';
import type * as z from 'zod';
import type { RouteDefinition } from '../protocol/define.ts';
import type { Sessions } from '../auth/sessions.ts';
import { AppError } from '../protocol/errors.ts';
import {
  AS_SITE_HEADER,
  restRoutes,
  type RouteName,
  type RouteParsedInput,
  type RouteReplyInput,
} from '../protocol/rest.ts';
import { assertAccess, type Caller } from './caller.ts';
import { invalidInput } from './problem.ts';

/** What a handler knows of the request beside its parsed input. */
export interface RouteContext {
  readonly caller: Caller;
  /** Address of the client, for rate limits and the audit log. */
  readonly address: string;
  /** Scheme and host under which the client reached us. */
  readonly origin: string;
  setCookie(name: string, value: string, maxAgeMs: number): void;
  /** The one that came with the request, good for another `maxAgeMs` from now. */
  renewCookie(name: string, maxAgeMs: number): void;
  clearCookie(name: string): void;
}

export type RouteHandler<N extends RouteName> = (
  input: RouteParsedInput<N>,
  context: RouteContext,
) => Promise<RouteReplyInput<N>> | RouteReplyInput<N>;

/** A route without a handler does not compile. */
export type RestHandlers = { readonly [N in RouteName]: RouteHandler<N> };

export interface ServeRouteOptions {
  readonly sessions: Pick<Sessions, 'callerOf'>;
  readonly isSecure: boolean;
  readonly publicUrl: string | undefined;
  /** Replies are checked against the contract in tests and development, where a mistake should be loud. */
  readonly checksReplies: boolean;
}

type AnyHandler = (input: object, context: RouteContext) => unknown;

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

function parsePart(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

function parseInput(definition: RouteDefinition, request: Request): object {
  return {
    params: parsePart(definition.params, request.params),
    query: parsePart(definition.query, request.query),
    body: parsePart(definition.body, request.body ?? {}),
  };
}

/** Browsers send Origin with every write; one that is not ours is somebody else's page using our visitor's cookie. */
export function assertOwnOrigin(request: Request, publicUrl: string | undefined): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const origin = request.headers.origin;
  if (origin === undefined) {
    if (request.headers['sec-fetch-site'] === 'cross-site') throw new AppError('originRejected');
    return;
  }
  const isOwn = URL.canParse(origin) && (new URL(origin).host === request.host || origin === publicUrl);
  if (!isOwn) throw new AppError('originRejected');
}

function contextOf(request: Request, response: Response, caller: Caller, options: ServeRouteOptions): RouteContext {
  const cookie = { httpOnly: true, sameSite: 'lax', secure: options.isSecure, path: '/' } as const;
  const setCookie = (name: string, value: string, maxAge: number): void =>
    void response.cookie(name, value, { ...cookie, maxAge });
  return {
    caller,
    address: request.ip ?? 'unknown',
    origin: options.publicUrl ?? `${request.protocol}://${request.host}`,
    setCookie,
    renewCookie: (name, maxAge) => {
      const value = parseCookie(request.headers.cookie ?? '')[name];
      if (value !== undefined) setCookie(name, value, maxAge);
    },
    clearCookie: (name) => void response.clearCookie(name, cookie),
  };
}

/** A browser may be signed in as a person and enrolled as a site; the site's page says that it asks as the site. */
function preferredCaller(definition: RouteDefinition, request: Request): 'person' | 'site' {
  if (!definition.access.includes('site')) return 'person';
  return !definition.access.includes('person') || request.headers[AS_SITE_HEADER] === '1' ? 'site' : 'person';
}

async function callerOf(definition: RouteDefinition, request: Request, options: ServeRouteOptions): Promise<Caller> {
  if (definition.opensByToken === true) return { kind: 'public' };
  return options.sessions.callerOf(request.headers.cookie, preferredCaller(definition, request));
}

/** Who asks → may they → what do they say → do it → answer: the same way for every route. */
export function serveRoutes(router: Router, handlers: RestHandlers, options: ServeRouteOptions): void {
  for (const name of Object.keys(restRoutes) as RouteName[]) {
    const definition: RouteDefinition = restRoutes[name];
    const handler = handlers[name] as AnyHandler;
    router[definition.method.toLowerCase() as 'get'](expressPath(definition.path), async (request, response) => {
      assertOwnOrigin(request, options.publicUrl);
      const caller = await callerOf(definition, request, options);
      assertAccess(caller, definition);
      const reply = await handler(parseInput(definition, request), contextOf(request, response, caller, options));
      const body = options.checksReplies ? definition.reply.parse(reply) : reply;
      response
        .status(definition.status ?? 200)
        .setHeader('cache-control', 'no-store')
        .json(body);
    });
  }
}
