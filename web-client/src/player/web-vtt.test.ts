import { describe, expect, it } from 'vitest';
import { chapterStep, cueAt, parseThumbnails, parseVtt } from './web-vtt.ts';

const CHAPTERS = `WEBVTT

NOTE made by hand

1
00:00.000 --> 00:01:05.500
导入 &amp; 复习

2
00:01:05.500 --> 01:00:00.000 align:start
<b>面积</b>的认识
`;

describe('WebVTT', () => {
  it('reads cues with and without hours, settings, tags and entities', () => {
    expect(parseVtt(CHAPTERS)).toEqual([
      { fromS: 0, toS: 65.5, text: '导入 & 复习' },
      { fromS: 65.5, toS: 3600, text: '面积的认识' },
    ]);
    expect(parseVtt(CHAPTERS.replaceAll('\n', '\r\n'))).toHaveLength(2);
  });

  it('takes nothing from what is no WebVTT', () => {
    expect(parseVtt('<html>00:00.000 --> 00:01.000</html>')).toEqual([]);
    expect(parseVtt('')).toEqual([]);
  });

  it('finds thumbnails beside the file that names them', () => {
    const file =
      'WEBVTT\n\n00:00.000 --> 00:02.000\nsprite-001.jpg#xywh=0,0,160,90\n\n00:02.000 --> 00:04.000\nsprite-001.jpg#xywh=160,0,160,90\n\n00:04.000 --> 00:06.000\nno picture\n';
    const thumbnails = parseThumbnails(file, 'https://school.example/media/x/rec/produced/a/thumbnails.vtt');
    expect(thumbnails).toHaveLength(2);
    expect(cueAt(thumbnails, 3)).toEqual({
      fromS: 2,
      toS: 4,
      url: 'https://school.example/media/x/rec/produced/a/sprite-001.jpg',
      x: 160,
      y: 0,
      width: 160,
      height: 90,
    });
    expect(cueAt(thumbnails, 99)).toBe(thumbnails[1]);
  });
});

describe('steps from chapter to chapter', () => {
  const chapters = [{ fromS: 0 }, { fromS: 60 }, { fromS: 120 }];

  it('go on to the next one, back to the beginning of this one, and from there to the one before', () => {
    expect(chapterStep(chapters, 61, 1)).toBe(chapters[2]);
    expect(chapterStep(chapters, 90, -1)).toBe(chapters[1]);
    expect(chapterStep(chapters, 61, -1)).toBe(chapters[0]);
    expect(chapterStep(chapters, 1, -1)).toBe(chapters[0]);
    expect(chapterStep(chapters, 130, 1)).toBeUndefined();
  });
});
