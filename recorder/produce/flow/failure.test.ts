import { describe, expect, it } from 'vitest';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { FfmpegError } from '../../ffmpeg/run.ts';
import { failureOf } from './failure.ts';

const noSpace = Object.assign(new Error('write'), { code: 'ENOSPC' });

describe('why a production failed', () => {
  it.each([
    ['nothingRecorded', new AppError('gone')],
    ['sourceLost', new AppError('notFound')],
    ['storeAway', new AppError('unavailable')],
    ['diskFull', new AppError('storageFull')],
    ['diskFull', noSpace],
    ['diskFull', new AppError('unavailable', { cause: noSpace })],
    ['diskFull', new FfmpegError('a cut', false, new Error('av_interleaved_write_frame(): No space left on device'))],
    ['encoderFailed', new FfmpegError('a cut', false, new Error('Invalid data found when processing input'))],
    ['stalled', new FfmpegError('a cut', true, new Error('killed'))],
    ['storeAway', new Error('x', { cause: new AppError('unavailable') })],
    ['unknown', new TypeError('x')],
    ['unknown', 'x'],
  ] as const)('is told as %s', (failure, error) => {
    expect(failureOf(error)).toBe(failure);
  });
});
