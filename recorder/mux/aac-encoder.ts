import { AppError } from '../../signaling/protocol/errors.ts';
import { filterThroughFfmpeg } from './ffmpeg-filter.ts';

export const AAC_FRAME_SAMPLES = 1024;
const INPUT_ARGS = ['-f', 's16le', '-ar', '48000', '-ac', '2', '-i', 'pipe:0'];
const OUTPUT_ARGS = ['-c:a', 'aac', '-b:a', '96k', '-f', 'adts', 'pipe:1'];
const ADTS_HEADER_BYTES = 7;

/**
 * Encodes interleaved stereo at 48 kHz to AAC-LC. Access unit n of the result is what a decoder turns into the samples of block n - 1 of 1024: the first one primes.
 *
 * @throws AppError `internal` when ffmpeg fails.
 */
export async function encodeAac(ffmpegPath: string, samples: Int16Array): Promise<Buffer[]> {
  const input = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return splitAdts(await filterThroughFfmpeg(ffmpegPath, [...INPUT_ARGS, ...OUTPUT_ARGS], [input]));
}

/** Access units of an ADTS stream (ISO 14496-3 §1.A.2.2) without their headers. */
export function splitAdts(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let at = 0;
  while (at + ADTS_HEADER_BYTES <= stream.length) {
    const isSynchronous = stream.readUInt8(at) === 0xff && (stream.readUInt8(at + 1) & 0xf6) === 0xf0;
    const header = (stream.readUInt8(at + 1) & 1) === 0 ? ADTS_HEADER_BYTES + 2 : ADTS_HEADER_BYTES;
    const length = (stream.readUIntBE(at + 3, 3) >> 5) & 0x1fff;
    if (!isSynchronous || length <= header || at + length > stream.length) {
      throw new AppError('internal', { message: 'the encoder made no ADTS stream' });
    }
    units.push(stream.subarray(at + header, at + length));
    at += length;
  }
  return units;
}
