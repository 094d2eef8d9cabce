import * as z from 'zod';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { VideoContainer } from '../../signaling/protocol/video-container.ts';
import { runPiped } from '../ffmpeg/pipe.ts';
import { Refused } from './refused.ts';

const PROBE_LIMIT_MS = 60_000;
export const MAX_FILM_SECONDS = 6 * 3_600;
const MAX_STREAMS = 32;
/** 8K; a decoder takes some ten bytes a pixel and several pictures. */
export const MAX_PICTURE_PIXELS = 8_192 * 4_320;
const MIN_SIDE_PX = 16;

/** ffmpeg's reader of each container; no other is ever opened, least of all one that reads what a file refers to. */
const DEMUXERS: Readonly<Record<VideoContainer, string>> = {
  mov: 'mov',
  matroska: 'matroska',
  avi: 'avi',
  mpegts: 'mpegts',
  mpegps: 'mpeg',
  flv: 'flv',
  asf: 'asf',
};

/** Codecs that films really come in: the rest of ffmpeg's decoders stays shut. */
const PICTURE_CODECS =
  /^(h264|hevc|vp8|vp9|av1|mpeg4|mpeg2video|mpeg1video|h263|flv1|vp6f?|vc1|wmv[123]|msmpeg4v[123]|mjpeg|prores|dvvideo|theora)$/;
const SOUND_CODECS =
  /^(aac|aac_latm|mp[123]|opus|vorbis|flac|alac|ac3|eac3|wmav[12]|wmapro|amr_[nw]b|pcm_\w+|adpcm_(ima_\w+|ms)|speex|nellymoser)$/;

/** Options that stand before `-i`: this container's reader, local files, nothing larger than we take. */
export function inputOptions(container: VideoContainer): readonly string[] {
  const demuxer = DEMUXERS[container];
  return ['-protocol_whitelist', 'file', '-format_whitelist', demuxer, '-f', demuxer];
}

const decimal = z.coerce.number().optional().catch(undefined);

const ProbedStream = z.object({
  index: z.int().nonnegative(),
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  pix_fmt: z.string().optional(),
  field_order: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  sample_aspect_ratio: z.string().optional(),
  start_time: decimal,
  duration: decimal,
  disposition: z.object({ attached_pic: z.int() }).partial().optional(),
  tags: z.object({ rotate: z.string() }).partial().optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
});
type ProbedStream = z.infer<typeof ProbedStream>;

const Probed = z.object({
  streams: z.array(ProbedStream).default([]),
  format: z.object({ duration: decimal, start_time: decimal, bit_rate: decimal }),
});

export interface FilmFacts {
  readonly container: VideoContainer;
  /** Undefined where the container does not say, as in what browsers record. */
  readonly durationUs: number | undefined;
  readonly bitRate: number | undefined;
  readonly video: {
    readonly index: number;
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly pixelFormat: string | undefined;
    readonly isInterlaced: boolean;
    readonly hasSquarePixels: boolean;
    readonly isRotated: boolean;
    /** Behind the beginning of the film. */
    readonly startUs: number;
  };
  readonly audio: { readonly index: number; readonly codec: string } | undefined;
}

/**
 * What is in the file, as far as it is within our limits.
 *
 * @throws Refused, and what `runPiped` throws when ffprobe cannot be run.
 */
export async function readFilmFacts(path: string, container: VideoContainer, signal: AbortSignal): Promise<FilmFacts> {
  const probed = await probe(path, container, signal);
  if (probed.streams.length > MAX_STREAMS) throw new Refused('tooManyStreams');
  const video = probed.streams.find(isMovingPicture);
  const audio = probed.streams.find((stream) => stream.codec_type === 'audio');
  if (video === undefined) throw new Refused(audio === undefined ? 'notVideo' : 'audioOnly');
  assertCodecs(video, audio);
  assertSize(video);
  const seconds = probed.format.duration ?? video.duration ?? 0;
  if (seconds > MAX_FILM_SECONDS) throw new Refused('tooLong');
  return {
    container,
    durationUs: seconds <= 0 ? undefined : Math.round(seconds * 1e6),
    bitRate: probed.format.bit_rate,
    video: pictureFacts(video, probed.format.start_time),
    audio: audio === undefined ? undefined : { index: audio.index, codec: audio.codec_name ?? '' },
  };
}

function assertSize({ width = 0, height = 0 }: ProbedStream): void {
  if (width < MIN_SIDE_PX || height < MIN_SIDE_PX) throw new Refused('damaged');
  if (width * height > MAX_PICTURE_PIXELS) throw new Refused('tooLarge');
}

function pictureFacts(video: ProbedStream, filmStartSeconds: number | undefined): FilmFacts['video'] {
  const { index, codec_name: codec = '', width = 0, height = 0, start_time: startSeconds = 0 } = video;
  return {
    ...{ index, codec, width, height },
    pixelFormat: video.pix_fmt,
    isInterlaced: !['progressive', 'unknown', undefined].includes(video.field_order),
    hasSquarePixels: ['1:1', '0:1', 'N/A', undefined].includes(video.sample_aspect_ratio),
    isRotated: isRotated(video),
    startUs: Math.max(0, Math.round((startSeconds - (filmStartSeconds ?? startSeconds)) * 1e6)),
  };
}

/** A cover of an album is a stream too. */
function isMovingPicture(stream: ProbedStream): boolean {
  return stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1;
}

function assertCodecs(video: ProbedStream, audio: ProbedStream | undefined): void {
  if (!PICTURE_CODECS.test(video.codec_name ?? '')) throw new Refused('codec');
  if (audio !== undefined && !SOUND_CODECS.test(audio.codec_name ?? '')) throw new Refused('codec');
}

function isRotated(stream: ProbedStream): boolean {
  const turned = stream.side_data_list?.some(({ rotation = 0 }) => rotation % 360 !== 0) ?? false;
  return turned || Number(stream.tags?.rotate ?? 0) % 360 !== 0;
}

async function probe(path: string, container: VideoContainer, signal: AbortSignal): Promise<z.infer<typeof Probed>> {
  const limit = AbortSignal.timeout(PROBE_LIMIT_MS);
  const shown = ['-show_streams', '-show_format', '-of', 'json'];
  const args = ['-v', 'error', ...inputOptions(container), ...shown, path];
  const output = await runPiped({ program: 'ffprobe', args }, AbortSignal.any([signal, limit])).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      const isItsFault = limit.aborted || (error instanceof AppError && error.message.startsWith('ffprobe ended'));
      throw isItsFault ? new Refused('damaged') : error;
    },
  );
  const parsed = Probed.safeParse(JSON.parse(output.stdout.toString('utf8')));
  if (!parsed.success) throw new Refused('damaged');
  return parsed.data;
}
