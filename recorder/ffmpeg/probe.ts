import * as z from 'zod';
import { AppError } from '../../signaling/protocol/errors.ts';
import { runPiped } from './pipe.ts';

const ProbedStream = z.object({
  codec_type: z.string().optional(),
  codec_name: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
});

const Probed = z.object({
  streams: z.array(ProbedStream).default([]),
  format: z.object({
    duration: z.coerce.number().optional(),
    start_time: z.coerce.number().optional(),
    size: z.coerce.number().optional(),
  }),
});

export interface ProbedMedia {
  readonly durationUs: number | undefined;
  readonly startUs: number | undefined;
  readonly streams: readonly {
    readonly kind: string;
    readonly codec: string;
    readonly width: number | undefined;
    readonly height: number | undefined;
  }[];
}

/** What ffprobe says of a file or playlist. @throws AppError `internal` when it can't read it. */
export async function probeMedia(path: string, signal?: AbortSignal): Promise<ProbedMedia> {
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path];
  const { stdout } = await runPiped({ program: 'ffprobe', args }, signal);
  const parsed = Probed.safeParse(JSON.parse(stdout.toString('utf8')));
  if (!parsed.success) throw new AppError('internal', { message: 'ffprobe answered oddly', cause: parsed.error });
  const { streams, format } = parsed.data;
  return {
    durationUs: microseconds(format.duration),
    startUs: microseconds(format.start_time),
    streams: streams.map((stream) => ({
      kind: stream.codec_type ?? 'unknown',
      codec: stream.codec_name ?? 'unknown',
      width: stream.width,
      height: stream.height,
    })),
  };
}

function microseconds(secondsOrNothing: number | undefined): number | undefined {
  return secondsOrNothing === undefined ? undefined : Math.round(secondsOrNothing * 1_000_000);
}
