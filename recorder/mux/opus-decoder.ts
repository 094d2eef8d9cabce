import { opusSamples, OPUS_CLOCK_RATE } from './depacketize/opus.ts';
import { filterThroughFfmpeg } from './ffmpeg-filter.ts';
import { encodeWebmInit, encodeWebmSegment, type WebmBlock } from './webm.ts';

const CHANNELS = 2;
/** libopus gives exactly the samples of each packet; ffmpeg's own decoder delays those of its SILK mode. */
const ARGS = ['-f', 'matroska', '-c:a', 'libopus', '-i', 'pipe:0', '-f', 's16le', '-ac', '2', '-ar', '48000', 'pipe:1'];

/**
 * Decodes Opus packets one after another to interleaved stereo at 48 kHz: of packet n exactly `opusSamples` of it, whatever lay between the packets in
 * time. Where each belongs is the caller's knowledge.
 *
 * @throws AppError `internal` when ffmpeg fails.
 */
export async function decodeOpus(ffmpegPath: string, packets: readonly Buffer[]): Promise<Int16Array> {
  let samples = 0;
  const blocks = packets.map((packet): WebmBlock => {
    const timeMs = Math.round((samples * 1000) / OPUS_CLOCK_RATE);
    samples += opusSamples(packet) ?? 0;
    return { timeMs, isKey: true, parts: [packet], bytes: packet.length };
  });
  const result = new Int16Array(samples * CHANNELS);
  if (samples === 0) return result;
  const stream = [encodeWebmInit({ codec: 'opus' }), encodeWebmSegment(blocks)];
  const output = await filterThroughFfmpeg(ffmpegPath, ARGS, stream);
  const whole = output.length - (output.length % 2);
  const aligned = new Int16Array(output.buffer.slice(output.byteOffset, output.byteOffset + whole));
  result.set(aligned.subarray(0, result.length));
  return result;
}
