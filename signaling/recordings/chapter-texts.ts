import { UNKNOWN_LANGUAGE } from '../../storage/ports/recording-text-store.ts';
import type { ComposedFilm, ObjectStore, RecordingTextStore } from '../../storage/ports.ts';
import type { RecordingId } from '../protocol/ids.ts';
import { parseVtt } from '../protocol/web-vtt.ts';

export type KeepChapters = (recordingId: RecordingId, film: Pick<ComposedFilm, 'chaptersKey'>) => Promise<void>;

/** Makes the chapters of a finished film findable. Idempotent; a film without chapters has nothing to find. */
export function chapterKeeper(objects: Pick<ObjectStore, 'getBuffer'>, texts: RecordingTextStore): KeepChapters {
  return async (recordingId, { chaptersKey }) => {
    const cues = chaptersKey === null ? [] : parseVtt((await objects.getBuffer(chaptersKey)).body.toString('utf8'));
    const lines = cues.map(({ fromS, text }) => ({ atMs: Math.round(fromS * 1000), text }));
    await texts.replace(recordingId, 'chapter', UNKNOWN_LANGUAGE, lines);
  };
}
