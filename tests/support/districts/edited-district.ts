import { join } from 'node:path';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import { LessonId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { lessonIdOf, signedIn } from './demo-lessons.ts';
import { LESSON_US, logEditedLesson } from '../media/edited-lesson.ts';
import { RecordedDistrict } from './recorded-district.ts';

/** A district with one recording, of which there is everything from the packet logs on. */
export interface EditedDistrict {
  readonly district: RecordedDistrict;
  /** What is in the district's own object store. */
  readonly store: DirectoryObjectStore;
  readonly recordingId: RecordingId;
}

export async function startEditedDistrict(lengthUs: number = LESSON_US): Promise<EditedDistrict> {
  const district = await RecordedDistrict.start();
  const store = await DirectoryObjectStore.create(join(district.stack.dataFolder, 'objects'));
  const recording = await logEditedLesson(store, lengthUs);
  await recording.storeUntil(undefined, { endedAtUs: lengthUs });
  const muxer = createMuxer({ store, log: createLog('edited-district', 'silent') });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
  const lecturer = await signedIn(district.stack, 'lin.laoshi');
  const lessonId = LessonId.parse(await lessonIdOf(lecturer, '望庐山瀑布'));
  const recordingId = await district.record(lessonId, '望庐山瀑布', recording.recordingId);
  return { district, store, recordingId };
}
