import type { DetailedError } from 'tus-js-client';
import * as z from 'zod';
import { isErrorCode } from '../../../signaling/protocol/errors.ts';
import { UploadRefusal } from '../../../signaling/protocol/rest/uploads.ts';
import { RequestFailure } from '../api/request-failure.ts';

/** A request may take five minutes (Node's limit for one): a line of half a megabit gets this through. */
const CHUNK_BYTES = 16 * 1024 * 1024;
const NOT_FOUND = 404;
const OFFSET_CONFLICT = 409;
const SERVER_FAULT = 500;

export interface Sending {
  /** What has arrived stays there. Idempotent. */
  stop(): void;
}

export interface SendListener {
  /** Bytes that the server has, and those on their way. */
  readonly onProgress: (sentBytes: number) => void;
  readonly onDone: () => void;
  readonly onFailed: (failure: RequestFailure) => void;
}

/** Sends a file by tus from wherever the server says it got to. The library is loaded when the first film is sent. */
export async function sendFile(file: File, dataPath: string, listener: SendListener): Promise<Sending> {
  const { Upload } = await import('tus-js-client');
  const upload = new Upload(file, {
    uploadUrl: new URL(dataPath, location.href).href,
    chunkSize: CHUNK_BYTES,
    retryDelays: null,
    storeFingerprintForResuming: false,
    onProgress: (sentBytes) => listener.onProgress(sentBytes),
    onSuccess: () => listener.onDone(),
    onError: (error) => listener.onFailed(failureOf(error)),
  });
  upload.start();
  return { stop: () => void upload.abort() };
}

const Problem = z.object({ code: z.string(), details: z.record(z.string(), z.unknown()).optional() });

/** The server's own problem where it gave one, else what the status says. */
function failureOf(error: Error | DetailedError): RequestFailure {
  const response = 'originalResponse' in error ? error.originalResponse : null;
  if (response === null) return new RequestFailure('offline', { cause: error });
  const problem = Problem.safeParse(parseJson(response.getBody()));
  if (problem.success && isErrorCode(problem.data.code)) {
    return new RequestFailure(problem.data.code, { details: problem.data.details, cause: error });
  }
  return new RequestFailure(codeOf(response.getStatus()), { cause: error });
}

function codeOf(status: number): 'notFound' | 'unavailable' | 'signedOut' | 'storageFull' | 'unreadable' {
  if (status === NOT_FOUND) return 'notFound';
  if (status === 401) return 'signedOut';
  if (status === 507) return 'storageFull';
  // Somebody else wrote meanwhile, or a lock was held: the next try asks how far it is.
  return status === OFFSET_CONFLICT || status >= SERVER_FAULT ? 'unavailable' : 'unreadable';
}

/** Why a file was refused when its first part had come. */
export function refusalOf({ code, details }: RequestFailure): UploadRefusal | null {
  return code === 'unsupportedMedia' ? UploadRefusal.catch('notVideo').parse(details['refusal']) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
