import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { encodeSoundJob, gainOf, mixJob, OUTLINE_RATE } from '../../../recorder/produce/parts/sound.ts';
import type { SourceTrack, TrackFile } from '../../../recorder/produce/source/source-track.ts';
import { timelineOf } from '../../../recorder/produce/plan/timeline.ts';
import { waveformOf } from '../../../recorder/produce/parts/waveform.ts';
import { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';

const SECONDS = 12;
const ENCODER_LIMIT_MS = 60_000;

/** Syllables: a voice that swells and falls three times a second. */
const voice = (hz: number, peak: number): string =>
  `${peak}*sin(2*PI*${hz}*t)*(0.5+0.5*sin(2*PI*3*t))*(1+0.3*sin(2*PI*${hz * 7}*t))`;
/** Something falls onto the microphone: far louder than all speech, and loudest between two samples. */
const knocks = String.raw`0.9*lt(mod(t\,4)\,0.003)*sgn(sin(2*PI*3000*t))`;

describe('the sound of a film', { timeout: ENCODER_LIMIT_MS }, () => {
  const ffmpeg = new FfmpegRunner({ log: createLog('test', 'silent'), niceness: 0 });
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-sound-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const trackOf = async (name: string, expression: string): Promise<SourceTrack<TrackFile>> => {
    const path = join(folder, `${name}.wav`);
    const source = `aevalsrc='${expression}':s=48000:d=${SECONDS}`;
    await runPiped({ program: 'ffmpeg', args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, path] });
    return {
      ...{ trackId: TrackId.parse(name), seatId: SeatId.parse(name), seat: 'site', displayName: name },
      ...{ kind: 'audio', source: 'microphone', files: [{ path, startUs: 0, endUs: SECONDS * 1e6 }] },
    };
  };
  const soundOf = async (name: string, expressions: readonly string[]) => {
    const tracks = await Promise.all(expressions.map((one, index) => trackOf(`${name}-${index}`, one)));
    const timeline = timelineOf([], SECONDS * 1e6);
    const [mix, sound, samples] = ['mix.flac', 'sound.m4a', 'outline.pcm'].map((file) =>
      join(folder, `${name}-${file}`),
    );
    if (mix === undefined || sound === undefined || samples === undefined) throw new Error('no names');
    const stderr = await ffmpeg.run(mixJob(tracks, timeline, mix), { label: 'mix' });
    const encoding = encodeSoundJob(mix, gainOf(stderr), timeline.durationUs, { sound, samples });
    await ffmpeg.run(encoding, { label: 'encode' });
    const args = ['-hide_banner', '-i', sound, '-af', 'ebur128=peak=true:framelog=verbose', '-f', 'null', '-'];
    const measured = (await runPiped({ program: 'ffmpeg', args })).stderr;
    const summary = measured.slice(measured.lastIndexOf('Summary:'));
    const number = (pattern: RegExp): number => Number(pattern.exec(summary)?.[1]);
    return {
      lufs: number(/\bI:\s+(-?[\d.]+) LUFS/),
      peakDbtp: number(/Peak:\s+(-?[\d.]+) dBFS/),
      outline: await waveformOf(samples, OUTLINE_RATE),
    };
  };

  it('is as loud as films are, whether people spoke softly or all at once', async () => {
    const soft = await soundOf('soft', [voice(180, 0.05)]);
    const loud = await soundOf('loud', [voice(180, 0.6), voice(240, 0.6), voice(300, 0.6)]);
    for (const { lufs, peakDbtp } of [soft, loud]) {
      expect(Math.abs(lufs + 16)).toBeLessThanOrEqual(0.5);
      expect(peakDbtp).toBeLessThanOrEqual(-1);
    }
  });

  it('has no peak above −1 dBTP, also where soft speech is lifted and something knocks', async () => {
    const { peakDbtp, outline } = await soundOf('knocks', [voice(180, 0.02), knocks]);
    expect(peakDbtp).toBeLessThanOrEqual(-1);
    // It was lifted until the knocks met the limit, or the test would say nothing.
    expect(Math.max(...outline.peaks)).toBeGreaterThan(30);
    expect(outline.peaks).toHaveLength((SECONDS * 1_000) / outline.binMs);
  });
});
