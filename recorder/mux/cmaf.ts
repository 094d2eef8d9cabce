import { box, fullBox, text, u16, u32, u64, u8 } from './mp4-box.ts';
import { sampleEntry, type StreamFormat } from './sample-entry.ts';

/** One sample: `duration` in ticks of the media timescale. */
export interface CmafSample {
  readonly parts: readonly Buffer[];
  readonly bytes: number;
  readonly duration: number;
  readonly isKey: boolean;
}

/** Samples that follow each other without a hole; the first starts at `startTick` of session time. */
export interface CmafRun {
  readonly startTick: number;
  readonly samples: readonly CmafSample[];
}

const TRACK_ID = 1;
const IDENTITY_MATRIX = u32(0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000);
/** `und`, packed as three letters of five bits. */
const UNDETERMINED_LANGUAGE = 0x55c4;
const DEFAULT_BASE_IS_MOOF = 0x02_0000;
/** Data offset, sample durations, sizes and flags are present. */
const RUN_FLAGS = 0x01 | 0x100 | 0x200 | 0x400;
const SYNC_SAMPLE = 0x0200_0000;
const DEPENDENT_SAMPLE = 0x0101_0000;

/** Initialisation segment (`ftyp` + `moov`) of one stream, fragmented, without an edit list: media time is session time. */
export function encodeInit(format: StreamFormat, timescale: number): Buffer {
  const size = format.kind === 'video' ? format.config : { width: 0, height: 0 };
  const isVideo = format.kind === 'video';
  const trackHeader = fullBox(
    'tkhd',
    0,
    3,
    u32(0, 0, TRACK_ID, 0, 0, 0, 0),
    u16(0, 0, isVideo ? 0 : 0x0100, 0),
    IDENTITY_MATRIX,
    u32(size.width * 65_536, size.height * 65_536),
  );
  const handler = fullBox(
    'hdlr',
    0,
    0,
    u32(0),
    text(isVideo ? 'vide' : 'soun'),
    u32(0, 0, 0),
    text(isVideo ? 'video\0' : 'sound\0'),
  );
  const reference = box('dinf', fullBox('dref', 0, 0, u32(1), fullBox('url ', 0, 1)));
  const tables = box(
    'stbl',
    fullBox('stsd', 0, 0, u32(1), sampleEntry(format)),
    fullBox('stts', 0, 0, u32(0)),
    fullBox('stsc', 0, 0, u32(0)),
    fullBox('stsz', 0, 0, u32(0, 0)),
    fullBox('stco', 0, 0, u32(0)),
  );
  const mediaHeader = isVideo ? fullBox('vmhd', 0, 1, u16(0, 0, 0, 0)) : fullBox('smhd', 0, 0, u16(0, 0));
  const media = box(
    'mdia',
    fullBox('mdhd', 0, 0, u32(0, 0, timescale, 0), u16(UNDETERMINED_LANGUAGE, 0)),
    handler,
    box('minf', mediaHeader, reference, tables),
  );
  const movieHeader = fullBox(
    'mvhd',
    0,
    0,
    u32(0, 0, 1000, 0, 0x1_0000),
    u16(0x0100, 0),
    u32(0, 0),
    IDENTITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0, TRACK_ID + 1),
  );
  const extends_ = box('mvex', fullBox('trex', 0, 0, u32(TRACK_ID, 1, 0, 0, 0)));
  return Buffer.concat([
    box('ftyp', text('iso6'), u32(1), text('iso6cmfcisom')),
    box('moov', movieHeader, box('trak', trackHeader, media), extends_),
  ]);
}

/** A media segment: one fragment per run, numbered from `firstNumber`. */
export function encodeSegment(runs: readonly CmafRun[], firstNumber: number): Buffer {
  const parts: Buffer[] = [box('styp', text('msdh'), u32(0), text('msdhcmfs'))];
  for (const [index, run] of runs.entries()) encodeFragment(run, firstNumber + index, parts);
  return Buffer.concat(parts);
}

function encodeFragment({ startTick, samples }: CmafRun, number: number, parts: Buffer[]): void {
  const table = Buffer.allocUnsafe(samples.length * 12);
  let mediaBytes = 0;
  for (const [index, sample] of samples.entries()) {
    table.writeUInt32BE(sample.duration, index * 12);
    table.writeUInt32BE(sample.bytes, index * 12 + 4);
    table.writeUInt32BE(sample.isKey ? SYNC_SAMPLE : DEPENDENT_SAMPLE, index * 12 + 8);
    mediaBytes += sample.bytes;
  }
  const fragment = (dataOffset: number): Buffer =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, u32(number)),
      box(
        'traf',
        fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(TRACK_ID)),
        fullBox('tfdt', 1, 0, u64(startTick)),
        fullBox('trun', 0, RUN_FLAGS, u32(samples.length, dataOffset), table),
      ),
    );
  // The offset counts from the start of the fragment, whose length does not depend on it.
  parts.push(fragment(fragment(0).length + 8));
  parts.push(Buffer.concat([u32(mediaBytes + 8), u8(), text('mdat')]));
  for (const sample of samples) parts.push(...sample.parts);
}
