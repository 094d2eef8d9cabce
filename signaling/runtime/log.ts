import { pino, stdSerializers, stdTimeFunctions, type Logger } from 'pino';
import * as z from 'zod';

export const LogLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);
export type LogLevel = z.infer<typeof LogLevel>;

export type Log = Logger;

/**
 * The root logger of a process: JSON lines on stdout, constant messages, data in fields. Levels: error = a user sees it,
 * warn = it retries by itself, info = one line per lifecycle step.
 */
export function createLog(processName: string, level: LogLevel = 'info'): Log {
  return pino({
    level,
    base: { process: processName, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: stdSerializers.errWithCause },
    // The net under "never tokens": field names that hold secrets are blotted out wherever they turn up at the first two levels.
    redact: {
      paths: [
        'secret',
        'token',
        'password',
        'authorization',
        'cookie',
        '*.secret',
        '*.token',
        '*.password',
        '*.authorization',
        '*.cookie',
      ],
      censor: '[hidden]',
    },
  });
}
