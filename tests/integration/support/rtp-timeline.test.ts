import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadMediaClip } from '../../support/rtp/media-clip.ts';
import { readSenderReports } from '../../support/rtp/rtcp.ts';
import { captureUnixUsOf, rtpTimeline, type RtpStreamOptions } from '../../support/rtp/rtp-timeline.ts';
import { hasFlash, readCounter } from '../../support/rtp/test-picture.ts';

const START_US = 1_800_000_000_000_000;

async function options(given: Partial<RtpStreamOptions> = {}): Promise<RtpStreamOptions> {
  const clip = await loadMediaClip({ codec: 'H264' });
  return { clip, startUnixUs: START_US, ssrc: 7, payloadType: 102, cname: 'ruler', durationUs: 12_000_000, ...given };
}

function sequencesOf(given: RtpStreamOptions): number[] {
  return [...rtpTimeline(given)].flatMap(({ kind, bytes }) => (kind === 'rtp' ? bytes.readUInt16BE(2) : []));
}

describe('a media clip', () => {
  it.each(['H264', 'VP8'] as const)('of %s decodes to its counter and flashes on whole seconds', async (codec) => {
    const { frames, width, height } = await loadMediaClip({ codec });
    const stream = codec === 'H264' ? annexBOf(frames) : ivfOf(frames, width, height);
    const input = codec === 'H264' ? ['-f', 'h264', '-r', '30'] : ['-f', 'ivf'];
    const args = ['-loglevel', 'error', ...input, '-i', 'pipe:0', '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1'];
    const decoded = spawnSync('ffmpeg', args, { input: stream, maxBuffer: 2 ** 30 }).stdout;
    const pictures = frames.map((_frame, index) =>
      decoded.subarray(index * width * height, (index + 1) * width * height),
    );
    expect(pictures.map((luma) => readCounter(luma, width, height))).toEqual(frames.map((_frame, index) => index));
    const flashes = pictures.flatMap((luma, index) => (hasFlash(luma, width, height) ? index % 30 : []));
    expect(new Set(flashes)).toEqual(new Set([0, 1, 2]));
    expect(frames[0]?.isKey).toBe(true);
  });
});

describe('rtpTimeline()', () => {
  it('loses and reorders the same packets for the same seed', async () => {
    const network = { seed: 5, loss: 0.05, reorder: 0.05 };
    const faulty = sequencesOf(await options({ network }));
    expect(sequencesOf(await options({ network }))).toEqual(faulty);
    const whole = sequencesOf(await options());
    expect(whole).toEqual(whole.map((_sequence, index) => index));
    expect(faulty.length / whole.length).toBeGreaterThan(0.9);
    expect(faulty.length / whole.length).toBeLessThan(0.98);
    expect(faulty).not.toEqual(faulty.toSorted((a, b) => a - b));
  });

  it('lets a skewed media clock drift against true time and reports the true instants', async () => {
    const skewed = await options({ skewPpm: 1_000, durationUs: 11_000_000 });
    const reports = [...rtpTimeline(skewed)].flatMap(({ kind, bytes }) =>
      kind === 'rtcp' ? readSenderReports(bytes) : [],
    );
    expect(reports).toHaveLength(11);
    // Ten seconds of media are 10 ms less of true time when the device's clock is 1000 ppm fast.
    const last = reports.at(-1);
    expect(last?.rtpTimestamp).toBe(900_000);
    expect(last?.ntpUnixUs).toBeCloseTo(START_US + 10_000_000 - 9_990, -2);
    expect(captureUnixUsOf(skewed, 10_000_000)).toBeCloseTo(START_US + 10_000_000 - 9_990, -2);
  });

  it('sends nothing in a blackout and goes on in time after it', async () => {
    const network = { seed: 1, blackoutsUs: [{ fromUs: 2_000_000, toUs: 5_000_000 }] };
    const times = [...rtpTimeline(await options({ network }))].flatMap(({ kind, atUnixUs }) =>
      kind === 'rtp' ? atUnixUs - START_US : [],
    );
    expect(times.filter((us) => us >= 2_000_000 && us < 5_000_000)).toEqual([]);
    expect(times.find((us) => us >= 5_000_000)).toBe(5_000_000);
  });
});

type Frames = Awaited<ReturnType<typeof loadMediaClip>>['frames'];

function annexBOf(frames: Frames): Buffer {
  return Buffer.concat(frames.flatMap(({ units }) => units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit])));
}

function ivfOf(frames: Frames, width: number, height: number): Buffer {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0);
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(30, 16);
  header.writeUInt32LE(1, 20);
  const pieces = frames.flatMap(({ units }, index) => {
    const frameHeader = Buffer.alloc(12);
    frameHeader.writeUInt32LE(units[0]?.length ?? 0, 0);
    frameHeader.writeUInt32LE(index, 4);
    return [frameHeader, ...units];
  });
  return Buffer.concat([header, ...pieces]);
}
