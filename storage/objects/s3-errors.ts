import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '../../signaling/protocol/errors.ts';

const FULL = new Set(['XMinioStorageFull', 'QuotaExceeded', 'XMinioAdminBucketQuotaExceeded', 'InsufficientCapacity']);
const HTTP_RANGE_NOT_SATISFIABLE = 416;

export function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);
}

export function isMissingBucket(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchBucket';
}

export function isRefusedCondition(error: unknown): boolean {
  return (
    error instanceof S3ServiceException && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name)
  );
}

/** Whatever is neither about the object nor about room means that the store cannot do its work now. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isMissing(error) || isMissingBucket(error)) return new AppError('notFound', { cause: error });
  if (error instanceof S3ServiceException) {
    if (FULL.has(error.name)) return new AppError('storageFull', { cause: error });
    if (error.$metadata.httpStatusCode === HTTP_RANGE_NOT_SATISFIABLE) {
      return new AppError('invalidInput', { message: 'the range starts behind the end', cause: error });
    }
  }
  return new AppError('unavailable', { message: 'the object store does not work', cause: error });
}
