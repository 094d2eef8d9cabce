import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { StoredSegment } from '../mux/mux-state.ts';

/** Segments as ffmpeg left them in a folder, with the name that each has in the store. */
export interface FilmSegments {
  readonly folder: string;
  readonly init: { readonly file: string; readonly uri: string };
  readonly segments: readonly (StoredSegment & { readonly file: string })[];
}

/** `name` is where they lie below `play/{recording}/`. @throws AppError `internal` when there are none. */
export async function readSegments(folder: string, name: string): Promise<FilmSegments> {
  const playlist = await readFile(join(folder, 'index.m3u8'), 'utf8');
  const segments: (StoredSegment & { file: string })[] = [];
  let atUs = 0;
  for (const [, duration, file = ''] of playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n([^#\n]+)/g)) {
    const endUs = atUs + Math.round(Number(duration) * 1e6);
    const { size } = await stat(join(folder, file));
    segments.push({ file, uri: `${name}/${file}`, startUs: atUs, endUs, bytes: size });
    atUs = endUs;
  }
  if (segments.length === 0) throw new AppError('internal', { message: 'ffmpeg made no segments' });
  return { folder, init: { file: 'init.mp4', uri: `${name}/init.mp4` }, segments };
}

export const endOf = ({ segments }: FilmSegments): number => segments.at(-1)?.endUs ?? 0;

/** Where the picture can be entered only so seldom, it is better encoded anew. */
export function hasLongSegments({ segments }: FilmSegments, mostUs: number): boolean {
  return segments.some(({ startUs, endUs }) => endUs - startUs > mostUs);
}

const AVCC = Buffer.from('avcC');
const HEX = 16;

/** RFC 6381 MIME type of an H.264 initialisation: profile, constraints and level stand in its `avcC` (ISO 14496-15 §5.3.3.1). */
export function pictureMimeType(init: Buffer): string {
  const at = init.indexOf(AVCC);
  const profile = init.subarray(at + AVCC.length + 1, at + AVCC.length + 4);
  if (at < 0 || profile.length < 3) throw new AppError('internal', { message: 'an initialisation without avcC' });
  const codec = [...profile].map((value) => value.toString(HEX).padStart(2, '0')).join('');
  return `video/mp4; codecs="avc1.${codec}"`;
}
