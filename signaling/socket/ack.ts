import { randomUUID } from 'node:crypto';
import type { WireError } from '../protocol/define.ts';
import { AppError } from '../protocol/errors.ts';
import type { Log } from '../runtime/log.ts';

/** What the peer may know of an error: an internal one is nothing but an id that is in the log (SPEC E1). */
export function toWireError(error: unknown, log: Log, requestName: string): WireError {
  if (error instanceof AppError && error.family !== 'internal') {
    const { code, message, details } = error;
    return { code, message, ...(details === undefined ? {} : { details }) };
  }
  const errorId = randomUUID();
  const code = error instanceof AppError ? error.code : 'internal';
  log[code === 'internal' ? 'error' : 'warn']({ err: error, errorId, request: requestName }, 'room request failed');
  return { code, message: code, details: { errorId } };
}
