import { AppError, type ErrorCode } from '../../../signaling/protocol/errors.ts';
import type { ProductionFailure } from '../../../signaling/protocol/rest/recordings.ts';
import { FfmpegError } from '../../ffmpeg/run.ts';

const BY_CODE: Partial<Readonly<Record<ErrorCode, ProductionFailure>>> = {
  gone: 'nothingRecorded',
  notFound: 'sourceLost',
  storageFull: 'diskFull',
  unavailable: 'storeAway',
};
const NO_SPACE_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT'];
const NO_SPACE_WORDS = /no space left on device|disk quota exceeded/i;

/** Failures that another attempt would only repeat. */
const POINTLESS: ReadonlySet<ProductionFailure> = new Set(['nothingRecorded', 'sourceLost']);

export function isPointless(failure: ProductionFailure): boolean {
  return POINTLESS.has(failure);
}

/** Why a production did not succeed, in the words people are told it in. A full disk shows in many ways: it is looked for first. */
export function failureOf(error: unknown): ProductionFailure {
  const causes = causesOf(error);
  if (causes.some(hasNoSpace)) return 'diskFull';
  for (const cause of causes) {
    if (cause instanceof FfmpegError) return cause.hasStalled ? 'stalled' : 'encoderFailed';
    const known = cause instanceof AppError ? BY_CODE[cause.code] : undefined;
    if (known !== undefined) return known;
  }
  return 'unknown';
}

function causesOf(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : [];
}

function hasNoSpace(error: Error): boolean {
  return ('code' in error && NO_SPACE_CODES.includes(error.code)) || NO_SPACE_WORDS.test(error.message);
}
