import { COURSEWARE_SNIFF_BYTES, sniffCourseware } from '../../../signaling/protocol/courseware-file.ts';
import { LessonId } from '../../../signaling/protocol/ids.ts';
import { COURSEWARE_MAX_BYTES } from '../../../signaling/protocol/rest/courseware.ts';
import { callApi } from '../api/api.ts';
import { asFailure } from '../api/request-failure.ts';

export type NotSent = 'notPages' | 'tooLarge' | 'tooMany' | 'notSent';

/** Announces a file and sends it; null when it has arrived. What was only half sent is taken away again. */
export async function sendCourseware(
  lessonId: string,
  file: File,
  onProgress: (fraction: number) => void,
): Promise<NotSent | null> {
  if (file.size > COURSEWARE_MAX_BYTES) return 'tooLarge';
  const begins = new Uint8Array(await file.slice(0, COURSEWARE_SNIFF_BYTES).arrayBuffer());
  if (sniffCourseware(begins) === undefined) return 'notPages';
  try {
    const { coursewareId, dataPath } = await callApi('createCourseware', {
      params: { lessonId: LessonId.parse(lessonId) },
      body: { fileName: file.name, bytes: file.size },
    });
    if (await put(dataPath, file, onProgress)) return null;
    await callApi('removeCourseware', { params: { coursewareId } }).catch(() => undefined);
    return 'notSent';
  } catch (error) {
    return asFailure(error).code === 'conflict' ? 'tooMany' : 'notSent';
  }
}

/** By XMLHttpRequest: fetch says nothing of how far it is. */
function put(path: string, file: File, onProgress: (fraction: number) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => resolve(request.status === 204));
    request.addEventListener('error', () => resolve(false));
    request.addEventListener('abort', () => resolve(false));
    request.send(file);
  });
}
