import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ImportJob } from '../../../recorder/contract.ts';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { LessonId, RecordingId } from '../../../signaling/protocol/ids.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';

/** Runs ffmpeg for a test's film, quietly and quickly. */
export async function ffmpegRun(...args: readonly string[]): Promise<void> {
  await runPiped({ program: 'ffmpeg', args: ['-nostdin', '-v', 'error', '-y', ...args] });
}

/** Left half red, right half blue, above a green strip: whether it stands upright can be read off two points. */
export const STRIPED =
  'color=c=red:s=320x240:r=30,drawbox=x=160:w=160:h=240:color=blue:t=fill,drawbox=y=200:w=320:h=40:color=lime:t=fill';

export const X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

const FIXED_ONE = 0x10000;
const MATRIX_BEHIND_TKHD = 44;

/** As a phone held upright writes it: the pixels lie, a matrix in the first track's header (ISO 14496-12 §8.3.2) says "turn by 90° clockwise". */
export function turned(mp4: Buffer, heightPx: number): Buffer {
  const copy = Buffer.from(mp4);
  const at = copy.indexOf('tkhd') + MATRIX_BEHIND_TKHD;
  const matrix = [0, FIXED_ONE, 0, -FIXED_ONE, 0, 0, heightPx * FIXED_ONE, 0, 0x40000000];
  matrix.forEach((value, index) => copy.writeInt32BE(value, at + index * 4));
  return copy;
}

/** Puts a file into the store as if it had been uploaded, in parts of any size. */
export async function putUploaded(store: ObjectStore, body: Buffer, partBytes = 100_000): Promise<ImportJob> {
  const recordingId = RecordingId.parse(randomUUID());
  for (let at = 0; at < body.length; at += partBytes) {
    await store.put(objectKeys.rawUploadPart(recordingId, at), body.subarray(at, at + partBytes));
  }
  return {
    recordingId,
    lessonId: LessonId.parse(randomUUID()),
    title: '分数的意义',
    fileName: 'IMG_0001.MOV',
    displayName: '王老师',
    schoolName: '实验小学',
    startedAtUnixUs: Date.now() * 1_000,
  };
}

export async function putUploadedFile(store: ObjectStore, path: string): Promise<ImportJob> {
  return putUploaded(store, await readFile(path));
}

/** Mean colour of a part of the picture at an instant, as it is shown (turned upright). */
export async function colourAt(path: string, seconds: number, crop: string): Promise<readonly number[]> {
  const filter = `crop=${crop},scale=1:1,format=rgb24`;
  const args = ['-v', 'error', '-i', path, '-ss', String(seconds), '-frames:v', '1', '-vf', filter];
  const { stdout } = await runPiped({ program: 'ffmpeg', args: [...args, '-f', 'rawvideo', 'pipe:1'] });
  return [...stdout];
}
