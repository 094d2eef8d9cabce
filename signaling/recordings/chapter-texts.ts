import { objectKeys } from '../../storage/objects/object-keys.ts';
import { UNKNOWN_LANGUAGE } from '../../storage/ports/recording-text-store.ts';
import type { ObjectStore, Recording, RecordingTextStore } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import { parseVtt } from '../protocol/web-vtt.ts';
import { shownToViewers } from './shown-edition.ts';

export type KeepChapters = (recording: Recording) => Promise<void>;

/** Of the film as soon as there is one, until then of the views that may be shown; null while nothing has any. */
function chaptersKeyOf(recording: Recording): string | null {
  if (recording.film !== null) return recording.film.chaptersKey;
  const { viewsIndexKey } = shownToViewers(recording);
  return viewsIndexKey === null ? null : objectKeys.chaptersBeside(viewsIndexKey);
}

/** Makes the chapters of what is played findable, and those that it has no more not. Idempotent. */
export function chapterKeeper(objects: Pick<ObjectStore, 'getBuffer'>, texts: RecordingTextStore): KeepChapters {
  return async (recording) => {
    const key = chaptersKeyOf(recording);
    const cues = key === null ? [] : parseVtt(await textOf(objects, key));
    const lines = cues.map(({ fromS, text }) => ({ atMs: Math.round(fromS * 1000), text }));
    await texts.replace(recording.recordingId, 'chapter', UNKNOWN_LANGUAGE, lines);
  };
}

/** Views that were muxed before there were chapters beside them have none. */
async function textOf(objects: Pick<ObjectStore, 'getBuffer'>, key: string): Promise<string> {
  try {
    return (await objects.getBuffer(key)).body.toString('utf8');
  } catch (error) {
    if (error instanceof AppError && error.code === 'notFound') return '';
    throw error;
  }
}
