import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AppError, isErrorCode } from '../protocol/errors.ts';
import type { Log } from './log.ts';

/** Path of the inner WebSocket on a process's HTTP server. */
export const INNER_PATH = '/inner';
/** Largest message either side takes. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Header by which a client says who it is (`signaling`, `capture`, …); for the log, grants nothing. */
export const CLIENT_NAME_HEADER = 'x-tongke-client';

/** Client → server. */
export const InnerRequest = z.object({ id: z.int().nonnegative(), name: z.string().max(64), params: z.unknown() });
export type InnerRequest = z.infer<typeof InnerRequest>;

const WireError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type WireError = z.infer<typeof WireError>;

/** Server → client: the answer to a request, or a notice. */
export const InnerMessage = z.union([
  z.object({ id: z.int(), ok: z.literal(true), data: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), error: WireError }),
  z.object({ notice: z.string(), data: z.unknown() }),
]);

/** What the peer may know of an error; an unexpected one stays in the log under an id. */
export function toWireError(error: unknown, log: Log, requestName: string): WireError {
  if (error instanceof AppError && error.code !== 'internal') {
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  const errorId = randomUUID();
  log.error({ err: error, errorId, request: requestName }, 'inner request failed');
  return { code: 'internal', message: 'internal', details: { errorId } };
}

export function fromWireError(error: WireError): AppError {
  const code = isErrorCode(error.code) ? error.code : 'internal';
  return new AppError(code, {
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
