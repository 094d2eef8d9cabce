/** A sample as it was written by `encodeSegment`; `data` is a view into the segment. */
export interface ReadSample {
  readonly startTick: number;
  readonly duration: number;
  readonly data: Buffer;
}

/**
 * Reads back the samples of a segment that `cmaf.ts` has written (its boxes and flags alone, not any fMP4).
 *
 * @throws RangeError when the bytes are no such segment.
 */
export function readSegmentSamples(segment: Buffer): ReadSample[] {
  const samples: ReadSample[] = [];
  let tracks: { readonly startTick: number; readonly table: Buffer } | undefined;
  for (const { type, body } of boxesOf(segment)) {
    if (type === 'moof') tracks = readFragmentHead(body);
    if (type !== 'mdat' || tracks === undefined) continue;
    let at = 0;
    let tick = tracks.startTick;
    for (let entry = 0; entry + 12 <= tracks.table.length; entry += 12) {
      const duration = tracks.table.readUInt32BE(entry);
      const bytes = tracks.table.readUInt32BE(entry + 4);
      if (at + bytes > body.length) throw new RangeError('a sample lies outside its segment');
      samples.push({ startTick: tick, duration, data: body.subarray(at, at + bytes) });
      at += bytes;
      tick += duration;
    }
    tracks = undefined;
  }
  return samples;
}

function readFragmentHead(moof: Buffer): { readonly startTick: number; readonly table: Buffer } {
  let startTick = 0;
  let table = Buffer.alloc(0);
  for (const traf of boxesOf(moof)) {
    if (traf.type !== 'traf') continue;
    for (const { type, body } of boxesOf(traf.body)) {
      if (type === 'tfdt') startTick = Number(body.readBigUInt64BE(4));
      if (type === 'trun') table = Buffer.from(body.subarray(12));
    }
  }
  return { startTick, table };
}

function* boxesOf(bytes: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
  let at = 0;
  while (at + 8 <= bytes.length) {
    const end = at + bytes.readUInt32BE(at);
    if (end < at + 8 || end > bytes.length) throw new RangeError('a box lies outside its segment');
    yield { type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, end) };
    at = end;
  }
}
