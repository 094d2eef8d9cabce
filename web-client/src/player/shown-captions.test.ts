import { describe, expect, it } from 'vitest';
import { cuesAt, preferredLanguage, searchCues } from './shown-captions.ts';

const cue = (fromMs: number, toMs: number, text: string, voice: string | null = null) => ({
  fromMs,
  toMs,
  voice,
  text,
});
const cues = [
  cue(0, 5000, '长句', '李老师'),
  cue(1000, 2000, 'Hello World', '小明'),
  cue(1000, 2000, '好'),
  cue(9000, 9500, '下课'),
];
const texts = (atMs: number): string[] => cuesAt(cues, atMs).map((placed) => placed.cue.text);

describe('captions at an instant', () => {
  it('are all that began and have not ended, oldest first; the end belongs to what follows', () => {
    expect(texts(0)).toEqual(['长句']);
    expect(texts(1500)).toEqual(['长句', 'Hello World', '好']);
    expect(texts(2000)).toEqual(['长句']);
    expect(texts(5000)).toEqual([]);
    expect(texts(9499)).toEqual(['下课']);
    expect(cuesAt([], 1)).toEqual([]);
  });

  it('are found among ten thousand', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => cue(index * 1000, index * 1000 + 900, String(index)));
    expect(cuesAt(many, 7_777_100).map(({ index }) => index)).toEqual([7777]);
  });

  it('can be searched by words and by who speaks', () => {
    const found = (typed: string) => searchCues(cues, typed).map(({ index }) => index);
    expect(found('world hello')).toEqual([1]);
    expect(found('李老师')).toEqual([0]);
    expect(found('没有')).toEqual([]);
    expect(found(' ')).toHaveLength(4);
  });
});

describe('the language of captions', () => {
  it('is the wanted one, a relative, or the first', () => {
    expect(preferredLanguage(['en', 'zh-CN'], 'zh-CN')).toBe('zh-CN');
    expect(preferredLanguage(['en', 'zh-Hant'], 'zh-CN')).toBe('zh-Hant');
    expect(preferredLanguage(['bo', 'en'], 'zh-CN')).toBe('bo');
    expect(preferredLanguage([], 'zh-CN')).toBeUndefined();
  });
});
