import { describe, expect, it } from 'vitest';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { Recording, RecordingTextStore } from '../../storage/ports.ts';
import { WHOLE_EDITION } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId } from '../protocol/ids.ts';
import { chapterKeeper } from './chapter-texts.ts';

const recordingId = RecordingId.parse('rec');
const indexKey = objectKeys.playIndex(recordingId);
const vtt = (title: string): Buffer => Buffer.from(`WEBVTT\n\n1\n00:00:02.000 --> 00:00:09.000\n${title}\n`);

const stored = new Map([
  [objectKeys.chaptersBeside(indexKey), vtt('of the views')],
  ['produced/rec/a/chapters.vtt', vtt('of the film')],
  [objectKeys.chaptersBeside(objectKeys.editionIndex(recordingId, 3)), vtt('of the edition')],
]);
const objects = {
  getBuffer: async (key: string) => {
    const body = stored.get(key);
    if (body === undefined) throw new AppError('notFound');
    return { body, etag: '' };
  },
};

type Found = Partial<Pick<Recording, 'viewsIndexKey' | 'film'>> & { readonly edition?: Partial<Recording['edition']> };

/** What is found of a recording once its chapters have been kept. */
async function kept({ edition, ...rest }: Found): Promise<readonly unknown[] | undefined> {
  let lines: readonly unknown[] | undefined;
  const texts: RecordingTextStore = {
    replace: async (_id, _kind, _language, next) => void (lines = next),
    find: async () => [],
  };
  const whole = { edition: WHOLE_EDITION, version: 0, sameFrom: 0, shownFrom: 0, views: null, isErasing: false };
  const base = { recordingId, mediaId: recordingId, viewsIndexKey: indexKey, film: null, progress: null };
  const recording = { ...base, ...rest, edition: { ...whole, ...edition } } as unknown as Recording;
  await chapterKeeper(objects as Parameters<typeof chapterKeeper>[0], texts)(recording);
  return lines;
}

const film = { chaptersKey: 'produced/rec/a/chapters.vtt', editionVersion: 0 } as Recording['film'];
const cut = { ...WHOLE_EDITION, leftOut: [{ fromUs: 0, toUs: 1_000_000 }] };

describe('chapters that can be found', () => {
  it('are those of the views until there is a film, and of the film then', async () => {
    expect(await kept({})).toEqual([{ atMs: 2_000, text: 'of the views' }]);
    expect(await kept({ film })).toEqual([{ atMs: 2_000, text: 'of the film' }]);
  });

  it('are none of what an edition leaves out: none until its own views are made', async () => {
    const edition = { edition: cut, version: 3, sameFrom: 3, shownFrom: 3 };
    expect(await kept({ edition })).toEqual([]);
    const views = { version: 3, indexKey: objectKeys.editionIndex(recordingId, 3), durationMs: 1 };
    expect(await kept({ edition: { ...edition, views } })).toEqual([{ atMs: 2_000, text: 'of the edition' }]);
    expect(await kept({ edition: { isErasing: true } })).toEqual([]);
  });

  it('are none of recordings that were muxed before there were any', async () => {
    expect(await kept({ viewsIndexKey: 'play/older/index.json' })).toEqual([]);
  });
});
