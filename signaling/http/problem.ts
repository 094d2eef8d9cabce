import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import * as z from 'zod';
import { AppError, type FieldProblem } from '../protocol/errors.ts';
import type { Log } from '../runtime/log.ts';

/** RFC 9457 problem details. `code` is ours and stable; `instance` is the id to quote, also in the log. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly instance: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly problems?: readonly FieldProblem[];
}

export function invalidInput(error: z.ZodError): AppError {
  return new AppError('invalidInput', {
    cause: error,
    details: { problems: error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) },
  });
}

/** What Express and body-parser throw of their own. */
function fromFramework(error: unknown): AppError | undefined {
  const parsed = z.object({ type: z.string(), status: z.number() }).safeParse(error);
  if (!parsed.success) return undefined;
  if (parsed.data.type === 'entity.too.large') return new AppError('payloadTooLarge', { cause: error });
  if (parsed.data.type === 'charset.unsupported' || parsed.data.type === 'encoding.unsupported') {
    return new AppError('unsupportedMedia', { cause: error });
  }
  return parsed.data.status < 500 ? new AppError('invalidInput', { cause: error }) : undefined;
}

/** Express's own errors for a path that is not well-formed percent-encoding. */
function fromBadPath(error: unknown): AppError | undefined {
  return error instanceof URIError ? new AppError('invalidInput', { cause: error }) : undefined;
}

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return fromFramework(error) ?? fromBadPath(error) ?? new AppError('internal', { cause: error });
}

export function toProblem(error: AppError, instance: string): Problem {
  const isInternal = error.family === 'internal';
  const problems = error.details?.['problems'];
  return {
    type: `urn:tongke:error:${error.code}`,
    title: isInternal ? error.code : error.message,
    status: error.status,
    code: error.code,
    instance,
    ...(error.details !== undefined && !isInternal && problems === undefined ? { details: error.details } : {}),
    ...(Array.isArray(problems) ? { problems: problems as readonly FieldProblem[] } : {}),
  };
}

/** Where something went wrong, for the log. */
interface FailedRequest {
  readonly method: string | undefined;
  readonly path: string;
}

/** The HTTP edge's one translator: any error → problem+json. What has been begun to be answered is cut off. */
export function respondProblem(log: Log, thrown: unknown, request: FailedRequest, response: ServerResponse): void {
  const error = toAppError(thrown);
  const instance = randomUUID();
  if (error.family === 'internal') {
    log.error({ err: error.cause ?? error, instance, method: request.method, path: request.path }, 'request failed');
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.status === 429 || error.status === 503) {
    const seconds = error.details?.['retryAfterSeconds'];
    response.setHeader('retry-after', String(typeof seconds === 'number' ? seconds : 2));
  }
  // Browsers keep a 404 or 410 without being told to; what is refused now may be there a second later.
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.statusCode = error.status;
  response.end(JSON.stringify(toProblem(error, instance)));
}

export function problemHandler(log: Log): ErrorRequestHandler {
  return (thrown, request, response, next) => {
    if (response.headersSent) next(thrown);
    else respondProblem(log, thrown, request, response);
  };
}
