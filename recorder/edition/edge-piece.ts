import { AppError } from '../../signaling/protocol/errors.ts';
import { filterThroughFfmpeg } from '../mux/ffmpeg-filter.ts';
import type { StoredRun } from '../mux/mux-state.ts';
import type { KeptSpan } from './kept-spans.ts';

/** What is left of a segment that a cut goes through, as segments of their own. */
export interface EdgePiece {
  readonly init: Buffer;
  readonly body: Buffer;
  readonly mimeType: string;
}

const QUALITY = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-profile:v', 'baseline', '-bf', '0'];
/** The box that a fragment begins with, and its length field before it. */
const FRAGMENT_TYPE = Buffer.from('moof');
const LENGTH_BYTES = 4;
const AVC_CONFIGURATION = Buffer.from('avcC');

/**
 * Encodes what a cut leaves of a segment: pictures behind a cut hang on those before it, so no packet can simply be taken away there. Timestamps stay session time.
 *
 * @returns undefined when no picture lies in the span.
 * @throws AppError `internal` when ffmpeg fails.
 */
export async function encodeEdge(
  ffmpegPath: string,
  media: readonly Buffer[],
  container: StoredRun['container'],
  span: KeptSpan,
): Promise<EdgePiece | undefined> {
  const range = `trim=start=${seconds(span.fromUs)}:end=${seconds(span.toUs)}`;
  const filters = `${range},scale=trunc(iw/2)*2:trunc(ih/2)*2,format=yuv420p`;
  const stream = await filterThroughFfmpeg(
    ffmpegPath,
    [
      ...['-copyts', '-f', container === 'webm' ? 'matroska' : 'mp4', '-threads', '1', '-i', 'pipe:0'],
      ...['-an', '-vf', filters, '-fps_mode', 'passthrough', ...QUALITY, '-threads', '1'],
      ...['-avoid_negative_ts', 'disabled', '-f', 'mp4'],
      ...['-movflags', 'empty_moov+default_base_moof+frag_keyframe+frag_discont+skip_trailer', 'pipe:1'],
    ],
    media,
  );
  const at = stream.indexOf(FRAGMENT_TYPE) - LENGTH_BYTES;
  if (at < 0) return undefined;
  const init = stream.subarray(0, at);
  return { init, body: stream.subarray(at), mimeType: `video/mp4; codecs="${codecOf(init)}"` };
}

/** `avc1.PPCCLL` (RFC 6381) from the decoder configuration. */
function codecOf(init: Buffer): string {
  const at = init.indexOf(AVC_CONFIGURATION);
  if (at < 0) throw new AppError('internal', { message: 'the encoder made no H264' });
  const from = at + AVC_CONFIGURATION.length + 1;
  return `avc1.${init.subarray(from, from + 3).toString('hex')}`;
}

function seconds(us: number): string {
  return (us / 1e6).toFixed(6);
}
