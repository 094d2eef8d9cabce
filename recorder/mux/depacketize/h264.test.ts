import { describe, expect, it } from 'vitest';
import { loadMediaClip } from '../../../tests/support/rtp/media-clip.ts';
import { payloadsOf } from '../../../tests/support/rtp/packetizer.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { H264Codec } from './h264.ts';
import { parseSequenceParameters } from './h264-parameter-sets.ts';
import type { TimedPacket } from './timed-packet.ts';
import type { VideoFrame } from './video-frame.ts';

function packetsOf(payloads: readonly Buffer[], rtp: number, from: number): TimedPacket[] {
  return payloads.map((payload, index) => ({
    payload,
    marker: index === payloads.length - 1,
    extended: from + index,
    rtp,
    timestamp: rtp,
    receivedUs: rtp,
    afterLoss: false,
    chunk: 0,
  }));
}

async function clipPackets(size = { width: 320, height: 180 }): Promise<TimedPacket[][]> {
  const clip = await loadMediaClip({ codec: 'H264', ...size, fps: 10, seconds: 3 });
  let sequence = 0;
  return clip.frames.map((frame, index) => {
    const packets = packetsOf(payloadsOf('H264', frame, index), index * 9000, sequence);
    sequence += packets.length;
    return packets;
  });
}

function assemble(packets: readonly TimedPacket[]): VideoFrame[] {
  const frames: VideoFrame[] = [];
  const assembler = new FrameAssembler(new H264Codec(), (frame) => frames.push(frame));
  for (const packet of packets) assembler.push(packet);
  assembler.flush();
  return frames;
}

/** NAL units of a length-prefixed sample. */
function unitsOf(frame: VideoFrame | undefined): Buffer[] {
  const bytes = Buffer.concat(frame?.parts ?? []);
  const units: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
    units.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
  }
  return units;
}

describe('H264Codec', () => {
  it('gives back the slices that were sent, and size and codec of the parameter sets', async () => {
    const clip = await loadMediaClip({ codec: 'H264', width: 320, height: 180, fps: 10, seconds: 3 });
    const frames = assemble((await clipPackets()).flat());
    expect(frames).toHaveLength(30);
    expect(frames[0]?.config).toMatchObject({ width: 320, height: 180, codec: 'H264' });
    expect(frames[0]?.config?.mimeCodec).toMatch(/^avc1\.42[0-9a-f]{4}$/);
    for (const [index, frame] of clip.frames.entries()) {
      const slices = frame.units.filter((unit) => ((unit[0] ?? 0) & 0x1f) <= 5);
      expect(unitsOf(frames[index])).toEqual(slices);
      expect(frames[index]?.config !== undefined).toBe(frame.isKey);
    }
  });

  it('takes parameter sets out of an aggregation packet', async () => {
    const [first = []] = await clipPackets();
    const sets = first.filter(({ payload }) => [7, 8].includes((payload[0] ?? 0) & 0x1f));
    const sized = sets.flatMap(({ payload }) => [Buffer.from([payload.length >> 8, payload.length & 255]), payload]);
    const aggregate = Buffer.concat([Buffer.from([24]), ...sized]);
    const rest = first.filter((packet) => !sets.includes(packet));
    const frames = assemble(packetsOf([aggregate, ...rest.map(({ payload }) => payload)], 0, 0));
    expect(frames[0]?.config).toMatchObject({ width: 320, height: 180 });
  });

  it('drops everything from a loss to the next keyframe', async () => {
    const frames = await clipPackets();
    const holed = frames.flat().filter(({ rtp }) => rtp !== 4 * 9000);
    const marked = holed.map((packet) => ({ ...packet, afterLoss: packet.extended === frames[5]?.[0]?.extended }));
    const kept = assemble(marked).map(({ first }) => first.rtp / 9000);
    expect(kept).toEqual([0, 1, 2, 3, ...Array.from({ length: 20 }, (_, index) => index + 10)]);
  });

  it('drops a keyframe whose first slice is missing, however whole the rest looks', async () => {
    const [first = [], ...others] = await clipPackets();
    const slice = first.findIndex(({ payload }) => (payload[0] ?? 0) === 0x7c || ((payload[0] ?? 0) & 0x1f) === 5);
    expect(slice).toBeGreaterThanOrEqual(0);
    const frames = assemble([...first.filter((_, index) => index !== slice), ...others.flat()]);
    expect(frames[0]?.first.rtp).toBe(10 * 9000);
  });

  it('drops a keyframe whose own parameter sets were lost: they may have told of another size', async () => {
    const frames = await clipPackets();
    const isSet = ({ payload }: TimedPacket): boolean => [7, 8].includes((payload[0] ?? 0) & 0x1f);
    const second = (frames[10] ?? []).filter((packet) => !isSet(packet));
    const marked = second.map((packet, index) => ({ ...packet, afterLoss: index === 0 }));
    const kept = assemble([...frames.slice(0, 10).flat(), ...marked, ...frames.slice(11).flat()]);
    expect(kept.map(({ first }) => first.rtp / 9000)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => index),
      ...Array.from({ length: 10 }, (_, index) => index + 20),
    ]);
    // A sender that gives them once, at the start, is taken at its word.
    const once = frames.flatMap((packets, index) =>
      index === 0 ? packets : packets.filter((packet) => !isSet(packet)),
    );
    expect(assemble(once)).toHaveLength(30);
  });

  it('makes no picture of packets that only tell (delimiters, supplemental information), and loses none for them', async () => {
    const frames = await clipPackets();
    const told = Buffer.concat([Buffer.from([24, 0, 2, 9, 0xf0, 0, 4]), Buffer.from([6, 5, 1, 0x80])]);
    const between = frames.flatMap((packets, index) => {
      const alone = packetsOf([told], index * 9000 + 4500, 0);
      const before = packetsOf([Buffer.from([6, 5, 1, 0x80])], index * 9000, 0).map((each) => ({
        ...each,
        marker: false,
      }));
      return [...before, ...packets, ...alone];
    });
    const kept = assemble(between.map((packet, extended) => ({ ...packet, extended })));
    expect(kept).toHaveLength(30);
    expect(kept.map(({ config }) => config !== undefined)).toEqual(
      assemble(frames.flat()).map(({ config }) => config !== undefined),
    );
  });

  it('drops a picture whose fragment has no beginning, even where no loss was noticed, and what refers to it', async () => {
    const frames = await clipPackets({ width: 640, height: 360 });
    const isStart = ({ payload: [head = 0, fragment = 0] }: TimedPacket): boolean =>
      (head & 0x1f) === 28 && (fragment & 0x80) !== 0;
    const broken = frames.findIndex((packets, index) => index > 12 && packets.some(isStart));
    expect(broken).toBeGreaterThan(12);
    const kept = assemble(
      frames.flatMap((packets, index) => (index === broken ? packets.filter((each) => !isStart(each)) : packets)),
    );
    const isKept = (index: number): boolean => index < broken || index >= Math.ceil(broken / 10) * 10;
    expect(kept.map(({ first }) => first.rtp / 9000)).toEqual(
      Array.from({ length: 30 }, (_, index) => index).filter((index) => isKept(index) && index !== broken),
    );
  });

  it('waits for parameter sets when a keyframe comes without any', async () => {
    const frames = await clipPackets();
    const first = (frames[0] ?? []).filter(({ payload }) => ![7, 8].includes((payload[0] ?? 0) & 0x1f));
    const kept = assemble([...first, ...frames.slice(1).flat()]);
    expect(kept[0]?.first.rtp).toBe(10 * 9000);
    expect(kept).toHaveLength(20);
  });

  it('begins a new configuration when the profile changes', async () => {
    const frames = await clipPackets();
    const toMain = (packet: TimedPacket): TimedPacket => {
      if (((packet.payload[0] ?? 0) & 0x1f) !== 7) return packet;
      const payload = Buffer.from(packet.payload);
      payload[1] = 77;
      return { ...packet, payload };
    };
    const configs = assemble(frames.flatMap((packets, index) => (index >= 10 ? packets.map(toMain) : packets))).flatMap(
      ({ config }) => config ?? [],
    );
    expect(configs.map(({ mimeCodec }) => mimeCodec.slice(0, 7))).toEqual(['avc1.42', 'avc1.4d', 'avc1.4d']);
    expect(configs[0]?.id).not.toBe(configs[1]?.id);
    expect(configs[1]?.id).toBe(configs[2]?.id);
  });

  it('reads the cropped size of a high-profile sequence parameter set', () => {
    const unit = Buffer.from('67640028acd940780227e5c05a808080a0000003002000000781e306 32c0'.replace(' ', ''), 'hex');
    expect(parseSequenceParameters(unit)).toMatchObject({ width: 1920, height: 1080, chromaFormat: 1, lumaDepth: 8 });
    expect(parseSequenceParameters(unit.subarray(0, 6))).toBeUndefined();
  });
});
