import { describe, expect, it } from 'vitest';
import type { ComposedFilm, Recording, RecordingEdition } from '../../storage/ports.ts';
import { WHOLE_EDITION, type Edition } from '../protocol/edition.ts';
import { LessonId, PersonId, RecordingId, SchoolId } from '../protocol/ids.ts';
import { WHOLE_TIMELINE } from '../protocol/rest/recordings.ts';
import { asSeen, lacksViews, shownToManagers, shownToViewers, timelinesOf } from './shown-edition.ts';

const strict: Edition = { ...WHOLE_EDITION, people: 'lecturerAndBoard' };
const film = (editionVersion: number): ComposedFilm => ({
  ...{ attempt: 'a', masterKey: 'm', mp4Key: 'f', posterKey: 'p', thumbnailsKey: 't', chaptersKey: null },
  ...{ durationMs: 7, mp4Bytes: 1, editionVersion },
});
const views = (version: number) => ({ version, indexKey: `edition/${version}`, durationMs: 5 });

function recording(edition: Partial<RecordingEdition>, change: Partial<Recording> = {}): Recording {
  return {
    recordingId: RecordingId.parse('r'),
    mediaId: RecordingId.parse('r'),
    lessonId: LessonId.parse('l'),
    schoolId: SchoolId.parse('s'),
    lecturerId: PersonId.parse('p'),
    ...{ kind: 'live', title: '课', subject: null, schoolName: '', lecturerName: '', phase: 'playable' },
    ...{ startedAtUnixUs: 0, startedAtMs: 0, endedAtMs: 0, durationMs: 9, viewsIndexKey: 'play', film: null },
    ...{ progress: null, failure: null, allowsDownload: false, visibility: 'lesson' },
    ...change,
    edition: {
      version: 0,
      edition: WHOLE_EDITION,
      shownFrom: 0,
      sameFrom: 0,
      views: null,
      isErasing: false,
      ...edition,
    },
  } as Recording;
}

const keys = ({ viewsIndexKey, film: shown, isPreparing }: ReturnType<typeof shownToViewers>) => [
  viewsIndexKey,
  shown?.editionVersion ?? null,
  isPreparing,
];

describe('a recording as somebody sees it', () => {
  it('is what viewers see, for its managers all as long as that is nothing, and of a copy never more', () => {
    const strictOne = recording({ edition: { ...strict, leftOut: [{ fromUs: 0, toUs: 1 }] } }, { film: film(0) });
    const older = { ...strictOne, edition: { ...strictOne.edition, shownFrom: 1, sameFrom: 1, version: 1 } };
    expect(asSeen(older, false)).toMatchObject({ viewsIndexKey: null, film: null, isPreparing: true, title: '课' });
    expect(asSeen(older, true)).toMatchObject({ viewsIndexKey: 'play', film: film(0), isPreparing: true });
    // What managers see of the whole is not cut, whatever counts.
    expect([timelinesOf(asSeen(older, true)), timelinesOf(asSeen(older, false))]).toEqual([
      { film: 0, views: WHOLE_TIMELINE },
      { film: 1, views: 1 },
    ]);
    const copy = { ...older, recordingId: RecordingId.parse('copy') };
    expect(asSeen(copy, true)).toMatchObject({ viewsIndexKey: null, film: null, isPreparing: true });
  });
});

describe('what viewers are shown of a recording', () => {
  it('is everything as long as nothing is left out', () => {
    expect(keys(shownToViewers(recording({})))).toEqual(['play', null, false]);
    expect(keys(shownToViewers(recording({}, { film: film(0) })))).toEqual(['play', 0, false]);
    expect(lacksViews(recording({}))).toBe(false);
  });

  it('is nothing from the first second on until the views of a school that leaves others out are made', () => {
    const first = recording({ edition: strict });
    expect(keys(shownToViewers(first))).toEqual([null, null, true]);
    expect(keys(shownToManagers(first))).toEqual(['play', null, true]);
    expect(lacksViews(first)).toBe(true);
    expect(lacksViews(recording({ edition: strict }, { phase: 'recording' }))).toBe(false);
    const made = recording({ edition: strict, views: views(0) });
    expect(keys(shownToViewers(made))).toEqual(['edition/0', null, false]);
    expect(keys(shownToManagers(made))).toEqual(['edition/0', null, false]);
  });

  it('is no film and no views that show more than the edition that counts', () => {
    const saved = { version: 2, edition: strict, shownFrom: 2, sameFrom: 2 };
    const producing = { film: film(1), progress: { fraction: 0, secondsLeft: null } } as const;
    expect(keys(shownToViewers(recording({ ...saved, views: views(1) }, producing)))).toEqual([null, null, true]);
    expect(keys(shownToViewers(recording({ ...saved, views: views(2) }, producing)))).toEqual([
      'edition/2',
      null,
      false,
    ]);
    expect(keys(shownToViewers(recording({ ...saved, views: views(2) }, { film: film(2) })))).toEqual([
      'edition/2',
      2,
      false,
    ]);
  });

  it('is the film of before while one that shows more is made, and what there is when that fails', () => {
    const restored = { version: 2, shownFrom: 1, sameFrom: 2 };
    const producing = { film: film(1), progress: { fraction: 0, secondsLeft: null } } as const;
    expect(keys(shownToViewers(recording(restored, producing)))).toEqual([null, 1, false]);
    expect(keys(shownToViewers(recording(restored, { film: film(1) })))).toEqual(['play', null, false]);
    expect(keys(shownToViewers(recording(restored, { film: film(2) })))).toEqual(['play', 2, false]);
  });

  it('is nothing while somebody is erased, for nobody', () => {
    const erasing = recording({ isErasing: true, version: 1, shownFrom: 1, sameFrom: 1 }, { film: film(0) });
    expect(keys(shownToViewers(erasing))).toEqual([null, null, true]);
    expect(keys(shownToManagers(erasing))).toEqual([null, null, true]);
  });
});
