import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { encodeSoundJob, gainOf, measureJob, OUTLINE_RATE } from '../../../recorder/produce/parts/sound.ts';
import { mixedSound } from '../../../recorder/produce/parts/sound-mix.ts';
import type { SourceTrack, TrackFile } from '../../../recorder/produce/source/source-track.ts';
import { timelineOf, type Timeline } from '../../../recorder/produce/plan/timeline.ts';
import { waveformOf } from '../../../recorder/produce/parts/waveform.ts';
import { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { median } from '../../support/media/flash-and-beep.ts';
import { decodeSound, toneByTenth } from '../../support/media/tones.ts';

const runCommand = promisify(execFile);
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
  const mixTo = async (target: string, tracks: readonly SourceTrack<TrackFile>[], timeline: Timeline) => {
    const pieces = tracks.flatMap(({ files }) => files);
    const { signal } = new AbortController();
    const mixed = Readable.from(mixedSound({ pieces, ranges: timeline.ranges, niceness: 0, signal }));
    return ffmpeg.run(measureJob(mixed, timeline.durationUs, target), { label: 'mix' });
  };
  const soundOf = async (name: string, expressions: readonly string[]) => {
    const tracks = await Promise.all(expressions.map((one, index) => trackOf(`${name}-${index}`, one)));
    const timeline = timelineOf([], SECONDS * 1e6);
    const [mix, sound, samples] = ['mix.flac', 'sound.m4a', 'outline.pcm'].map((file) =>
      join(folder, `${name}-${file}`),
    );
    if (mix === undefined || sound === undefined || samples === undefined) throw new Error('no names');
    const stderr = await mixTo(mix, tracks, timeline);
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

  /** Opus packets in the session's time as a device's clock made them, some of them lost. */
  const drifting = async (hz: number, ppm: number, lost: string): Promise<SourceTrack<TrackFile>> => {
    const [whole, path] = [join(folder, `whole-${hz}.mp4`), join(folder, `drifting-${hz}.mp4`)];
    const ffmpegArgs = (...args: string[]) => ({ program: 'ffmpeg' as const, args: ['-v', 'error', '-y', ...args] });
    const sine = ['-f', 'lavfi', '-i', `sine=${hz}:r=48000:d=${SECONDS * 2}`, '-c:a', 'libopus', '-b:a', '64k'];
    await runPiped(ffmpegArgs(...sine, '-bsf:a', `setts=ts=round(TS*${1 + ppm / 1e6})`, whole));
    await runPiped(ffmpegArgs('-i', whole, '-c', 'copy', '-bsf:a', `noise=drop='${lost}'`, path));
    return {
      ...{ trackId: TrackId.parse(`at-${hz}`), seatId: SeatId.parse(`at-${hz}`), seat: 'site', displayName: `${hz}` },
      ...{ kind: 'audio', source: 'microphone', files: [{ path, startUs: 430_000, endUs: SECONDS * 2e6 }] },
    };
  };

  it('has every second of everybody, whose clocks run slow and fast, and silence only where packets are missing', async () => {
    // 40 packets are missing in the middle of one, and every 150th of the other.
    const tracks = [
      await drifting(520, -500, 'between(n,500,539)'),
      await drifting(580, 500, 'not(mod(n,150))*gt(n,10)'),
    ];
    const target = join(folder, 'drifting.flac');
    await mixTo(target, tracks, timelineOf([], SECONDS * 2e6));
    const mixed = await decodeSound(target);
    const [slow = [], fast = []] = [520, 580].map((hz) => toneByTenth(mixed, hz));
    const quiet = (levels: readonly number[]) => levels.filter((level) => level < median(levels) / 2).length;
    expect(slow.length).toBeGreaterThan(SECONDS * 10);
    expect(quiet(slow.slice(5, -5)), slow.map(Math.round).join(' ')).toBeGreaterThanOrEqual(7);
    expect(quiet(slow.slice(5, -5)), slow.map(Math.round).join(' ')).toBeLessThanOrEqual(9);
    expect(quiet(fast.slice(5, -5)), fast.map(Math.round).join(' ')).toBe(0);
  });

  it('decodes what sounds now and nothing else, however many speak late in a long lesson', async () => {
    const [lessonS, speakers] = [1_200, 60];
    const path = join(folder, 'word.mp4');
    const word = ['-f', 'lavfi', '-i', 'sine=440:r=48000:d=0.5', '-c:a', 'libopus', path];
    await runPiped({ program: 'ffmpeg', args: ['-v', 'error', '-y', ...word] });
    const pieces = Array.from({ length: speakers }, (_, n) => {
      const startUs = (lessonS - speakers + n) * 1e6;
      return { path, startUs, endUs: startUs + 500_000 };
    });
    // Half a minute in the middle is left out.
    const { ranges, durationUs } = timelineOf([], lessonS * 1e6, [{ fromUs: 300e6, toUs: 330e6 }]);
    const { signal } = new AbortController();
    const loud: number[] = [];
    let [second, mostAtOnce] = [0, 0];
    for await (const window of mixedSound({ pieces, ranges, niceness: 0, signal })) {
      mostAtOnce = Math.max(mostAtOnce, await decodersOfThisProcess());
      if (new Float32Array(window.buffer).some((sample) => Math.abs(sample) > 0.01)) loud.push(second);
      second += 1;
    }
    expect(second).toBe(durationUs / 1e6);
    expect(loud).toEqual(Array.from({ length: speakers }, (_, n) => second - speakers + n));
    expect(mostAtOnce).toBeLessThanOrEqual(2);
  });

  it('keeps everybody in place across what is left out, also who began long before or within it', async () => {
    const click = (atS: number) => `0.8*between(t,${atS},${atS + 0.01})*sin(2*PI*1000*t)`;
    const clicking = async (name: string, clicksS: readonly number[], seconds: number, startS: number) => {
      const path = join(folder, `${name}.mp4`);
      const source = `aevalsrc='${clicksS
        .map(click)
        .join('+')
        .replaceAll(',', String.raw`\,`)}':s=48000:d=${seconds}`;
      await runPiped({
        program: 'ffmpeg',
        args: ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-c:a', 'libopus', path],
      });
      return { path, startUs: startS * 1e6, endUs: (startS + seconds) * 1e6 };
    };
    // Heard before and behind what is left out, only behind it, and not at all.
    const pieces = [
      await clicking('through', [1, 35], 40, 0),
      await clicking('within', [13.25], 18, 20.5),
      await clicking('gone', [3], 8, 10),
    ];
    const { ranges, durationUs } = timelineOf([], 40e6, [{ fromUs: 2e6, toUs: 30e6 }]);
    const { signal } = new AbortController();
    const samples: number[] = [];
    for await (const window of mixedSound({ pieces, ranges, niceness: 0, signal }))
      samples.push(...new Float32Array(window.buffer).filter((_, index) => index % 2 === 0));
    expect(samples.length).toBe((durationUs * 48_000) / 1e6);
    const loud = samples.flatMap((sample, index) => (Math.abs(sample) > 0.1 ? [index / 48_000] : []));
    const onsets = loud.filter((at, index) => at - (loud[index - 1] ?? -1) > 0.5);
    expect(onsets.map((at) => Math.round(at * 100) / 100)).toEqual([1, 2 + 3.75, 2 + 5]);
  });

  it('ends at once, with all decoders, when it is called off while one of them gives nothing', async () => {
    const silent = join(folder, 'silent.fifo');
    await runCommand('mkfifo', [silent]);
    const calling = new AbortController();
    const { ranges } = timelineOf([], SECONDS * 1e6);
    const pieces = [{ path: silent, startUs: 0, endUs: 4e6 }];
    const first = mixedSound({ pieces, ranges, niceness: 0, signal: calling.signal }).next();
    await expect.poll(decodersOfThisProcess).toBe(1);
    calling.abort(new Error('called off'));
    await expect(first).rejects.toThrow('called off');
    await expect.poll(decodersOfThisProcess).toBe(0);
  });

  it('says which sound cannot be decoded, and leaves nobody behind', async () => {
    const good = await trackOf('good', voice(180, 0.1));
    const bad = join(folder, 'bad.mp4');
    await writeFile(bad, 'no sound at all');
    const pieces = [...good.files, { path: bad, startUs: 2e6, endUs: 4e6 }];
    const { ranges, durationUs } = timelineOf([], SECONDS * 1e6);
    const { signal } = new AbortController();
    const mixed = Readable.from(mixedSound({ pieces, ranges, niceness: 0, signal }));
    const making = ffmpeg.run(measureJob(mixed, durationUs, join(folder, 'bad.flac')), { label: 'mix' });
    await expect(making).rejects.toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: expect.stringContaining('bad.mp4') }) }),
    );
    await expect.poll(decodersOfThisProcess).toBe(0);
  });
});

/** Of what this process has started, what runs now. */
async function decodersOfThisProcess(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter((pid) => pid !== '').length;
}
