import { errors } from 'mediasoup';
import { AppError } from '../../signaling/protocol/errors.ts';

/**
 * mediasoup checks RTP, DTLS and ICE parameters deeply and throws its own errors; at this boundary they become ours. What is neither
 * bad input nor a closed object stays as it is and ends as `internal`.
 */
export function mediaErrorOf(error: unknown): unknown {
  if (error instanceof AppError) {
    return error;
  }
  if (error instanceof errors.UnsupportedError) {
    return new AppError('unsupportedMedia', { message: error.message, cause: error });
  }
  if (error instanceof errors.WorkerClosedError || error instanceof errors.NotFoundError) {
    return new AppError('gone', { message: 'closed meanwhile', cause: error });
  }
  if (error instanceof TypeError) {
    return new AppError('invalidInput', { message: error.message, cause: error });
  }
  return error;
}

export async function translatingMediaErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mediaErrorOf(error);
  }
}

/** What the worker refuses of a description whose form is right (an SSRC that is taken, say) is its maker's fault, not ours. */
export async function blamingDescription<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    throw new AppError('invalidInput', { message: error.message, cause: error });
  }
}
