import * as z from 'zod';
import { RecordingId, SeatId, TrackId } from './ids.ts';
import { RecordedSource } from './media.ts';

/**
 * `play/{recording}/index.json`: what a player needs to show board and lecturer side by side before production.
 * Every segment's media timestamps are session time, so all views and the sound line up without offsets.
 * URIs are relative to the index.
 */
export const PlaySegment = z.object({
  uri: z.string(),
  init: z.string(),
  startUs: z.int(),
  endUs: z.int(),
  bytes: z.int(),
});
export type PlaySegment = z.infer<typeof PlaySegment>;

/** A run of segments that one SourceBuffer type can take: same container, codec and initialisation. */
export const PlayRun = z.object({
  container: z.enum(['fmp4', 'webm']),
  /** Full MIME type for MSE, e.g. `video/mp4; codecs="avc1.42e01f"`. */
  mimeType: z.string(),
  width: z.int().optional(),
  height: z.int().optional(),
  trackId: TrackId,
  epoch: z.int().positive(),
  seatId: SeatId,
  displayName: z.string(),
  source: RecordedSource,
  segments: z.array(PlaySegment),
});
export type PlayRun = z.infer<typeof PlayRun>;

export const PlayIndex = z.object({
  version: z.literal(1),
  recordingId: RecordingId,
  durationUs: z.int(),
  /** `true` once the lesson has ended and the tail is in. */
  complete: z.boolean(),
  /** `board`: screens and visualisers; `lecturer`: the lecturer's camera; further views are other people's cameras. */
  views: z.array(z.object({ view: z.string(), displayName: z.string(), runs: z.array(PlayRun) })),
  /** One rolling AAC mix: fMP4 segments (uri, init) and the HLS media playlist that lists them. */
  sound: z.object({ playlist: z.string(), mimeType: z.string(), segments: z.array(PlaySegment) }).optional(),
  /** HLS master per view that is wholly fMP4 (video + sound), for players without MSE. */
  masters: z.record(z.string(), z.string()),
  /** While the recording was paused: no sound, no whole segment of picture; a player passes over it. */
  leftOut: z.array(z.object({ fromUs: z.int(), toUs: z.int() })).optional(),
});
export type PlayIndex = z.infer<typeof PlayIndex>;

/** Everything that belongs to what is played, by the names that lie beside the index: segments, what initialises them, and playlists. */
export function namesIn({ views, sound, masters }: PlayIndex): string[] {
  const segments = [...views.flatMap(({ runs }) => runs.flatMap((run) => run.segments)), ...(sound?.segments ?? [])];
  return [
    ...segments.flatMap(({ uri, init }) => [uri, init]),
    ...(sound === undefined ? [] : [sound.playlist]),
    ...Object.entries(masters).flatMap(([view, master]) => [master, `view-${view}.m3u8`]),
  ];
}
