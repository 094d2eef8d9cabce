import { describe, expect, it } from 'vitest';
import { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { argumentsOf } from '../../ffmpeg/job.ts';
import { composeJob } from './compose.ts';
import type { Cut } from '../plan/edit-list.ts';
import { LADDER } from '../plan/ladder.ts';
import type { SourceTrack, TrackFile } from '../source/source-track.ts';

const S = 1_000_000;
const trackId = TrackId.parse('camera');

function cutOf(startSeconds: number, seconds: number): Cut {
  const rect = { x: 0, y: 0, width: 1920, height: 1080 };
  const scene = { tiles: [{ rect, displayName: '王', isBoard: false, trackId }] };
  return { sessionStartUs: startSeconds * S, outputStartUs: 0, frames: seconds * 25, scene };
}

function argsOf(cut: Cut, files: readonly TrackFile[]): readonly string[] {
  const track: SourceTrack<TrackFile> = {
    trackId,
    seatId: SeatId.parse('s'),
    seat: 'lecturer',
    displayName: '王',
    kind: 'video',
    source: 'camera',
    files,
  };
  const targetOf = (rung: { readonly name: string }): string => `${rung.name}.mp4`;
  return argumentsOf(
    composeJob(cut, {
      title: { title: 't', card: undefined },
      tracks: [track],
      rungs: LADDER,
      lettering: undefined,
      targetOf,
    }),
  );
}

function inputsOf(args: readonly string[]): string {
  return args.slice(args.indexOf('-y') + 1, args.indexOf('-filter_complex')).join(' ');
}

describe('a cut’s ffmpeg job', () => {
  const file = (from: number, to: number): TrackFile => ({
    path: `${from}.mp4`,
    startUs: from * S,
    endUs: to * S,
    width: 1280,
    height: 720,
  });

  it('starts inside a piece from the picture that was there before the cut', () => {
    const args = argsOf(cutOf(10, 5), [file(2, 60)]);
    expect(inputsOf(args)).toBe('-threads 1 -noaccurate_seek -ss 8.000000 -itsoffset 0.000000 -i 2.mp4');
    expect(args.join(' ')).toContain('[0:v]fps=25:start_time=0,');
  });

  it('shows behind a gap no picture from within it, not even one that stood until then', () => {
    const behind = { ...cutOf(10, 5), isAfterGap: true } as const;
    expect(inputsOf(argsOf(behind, [file(2, 60)]))).toBe('-threads 1 -ss 8.000000 -itsoffset 0.000000 -i 2.mp4');
    expect(inputsOf(argsOf(behind, [file(2, 9.5), file(12, 60)]))).toBe('-threads 1 -itsoffset 2.000000 -i 12.mp4');
  });

  it('places a piece that begins later, and changes pieces when the next begins', () => {
    const args = argsOf(cutOf(10, 5), [file(2, 11), file(12, 60)]);
    expect(inputsOf(args)).toBe(
      '-threads 1 -noaccurate_seek -ss 8.000000 -itsoffset 0.000000 -i 2.mp4 -threads 1 -itsoffset 2.000000 -i 12.mp4',
    );
    const graph = args[args.indexOf('-filter_complex') + 1];
    expect(graph).toContain(String.raw`enable=gte(t\,0.000000)*lt(t\,2.000000)[b1]`);
    expect(graph).toContain(String.raw`enable=gte(t\,2.000000)*lt(t\,5.000000)[b2]`);
  });

  it('shows the last picture of a piece that ended just before the cut, sought within the piece', () => {
    expect(inputsOf(argsOf(cutOf(10, 5), [file(2, 9)]))).toBe(
      '-threads 1 -noaccurate_seek -ss 6.900000 -itsoffset -1.100000 -i 2.mp4',
    );
  });

  it('opens no piece that lies outside', () => {
    expect(inputsOf(argsOf(cutOf(10, 5), [file(2, 7), file(15, 20)]))).toBe('');
  });

  it('encodes every rung from one graph, to the frame, with keyframes on one grid and fixed parameter sets', () => {
    const args = argsOf(cutOf(0, 4), [file(0, 60)]);
    expect(args.filter((arg) => arg === '-filter_complex')).toHaveLength(1);
    expect(args.filter((arg) => arg === '-i')).toHaveLength(1);
    for (const rung of LADDER) {
      const output = args.slice(args.indexOf(`[${rung.name}]`), args.indexOf(`${rung.name}.mp4`)).join(' ');
      expect(output).toContain('-frames:v 100 ');
      expect(output).toContain(`-level:v ${rung.level}`);
      expect(output).toContain('-force_key_frames expr:gte(t,n_forced*2)');
      expect(output).toContain('-bf 0');
    }
  });
});
