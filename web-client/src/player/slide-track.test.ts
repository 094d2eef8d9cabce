import { describe, expect, it } from 'vitest';
import { SlideIndex } from '../../../signaling/protocol/slide-index.ts';
import { hasPages, pageAt, slidesAt, soundPlaylistOf } from './slide-track.ts';

const index = SlideIndex.parse({
  version: 1,
  clock: 'film',
  width: 1280,
  height: 720,
  slides: [
    { atUs: 2e6, uri: 'a.webp', bytes: 1 },
    { atUs: 10e6, uri: null, bytes: 0 },
    { atUs: 20e6, uri: 'b.webp', bytes: 1 },
  ],
});

describe('slides', () => {
  it('hold until the next one, and the first is there from the beginning', () => {
    const shownAt = (atS: number) => slidesAt(index, atS).shown?.uri;
    expect([0, 2, 9.9, 10, 19, 20, 500].map(shownAt)).toEqual([
      'a.webp',
      'a.webp',
      'a.webp',
      null,
      null,
      'b.webp',
      'b.webp',
    ]);
  });

  it('know what comes next, past where there is nothing', () => {
    expect(slidesAt(index, 0).next?.uri).toBe('b.webp');
    expect(slidesAt(index, 30).next).toBeNull();
    expect(slidesAt({ ...index, slides: [] }, 3)).toEqual({ shown: null, next: null });
  });
});

it('a page is on the board until it goes, however long its still would hold', () => {
  const [first, , last] = index.slides;
  if (first === undefined || last === undefined) throw new Error('the fixture lacks slides');
  const taught = { ...index, slides: [{ ...first, pageUntilUs: 8e6 }, last] };
  expect([0, 2, 7.9, 8, 20].map((atS) => pageAt(taught, atS)?.uri)).toEqual([
    ...[undefined, 'a.webp', 'a.webp'],
    ...[undefined, undefined],
  ]);
  expect([hasPages(taught), hasPages(index)]).toEqual([true, false]);
});

describe('the sound of a film', () => {
  it('is what its master names, and nothing else', () => {
    const master =
      '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",URI="audio/index.m3u8"\n#EXT-X-STREAM-INF:AUDIO="sound"\n1080p/index.m3u8\n';
    const url = 'https://a.test/media/x/hls/master.m3u8';
    expect(soundPlaylistOf(master, url)).toBe('https://a.test/media/x/hls/audio/index.m3u8');
    expect(soundPlaylistOf('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nx.m3u8\n', url)).toBeUndefined();
  });
});
