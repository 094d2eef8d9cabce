import { describe, expect, it } from 'vitest';
import { readCaptionFile, writeVtt } from './caption-file.ts';
import { CaptionTimes, LanguageTag, type CaptionCue } from './captions.ts';

const vtt = (...lines: string[]): string => ['WEBVTT', '', ...lines].join('\n');
const cue = (fromMs: number, toMs: number, text: string, voice: string | null = null): CaptionCue => ({
  ...{ fromMs, toMs, voice, text },
});
const problemsOf = (file: string) => readCaptionFile(file).problems?.map(({ line, code }) => `${line} ${code}`);

describe('reading a caption file', () => {
  it('takes WebVTT with a header, notes, identifiers, settings and voices', () => {
    const file = [
      '\uFEFFWEBVTT - 第一课',
      'Kind: captions',
      '',
      'NOTE',
      '--anything--',
      '',
      'STYLE',
      '::cue { color: red }',
      '',
      '1',
      '00:01.000 --> 00:02.500 align:start position:10%',
      '<v.loud 李老师>同学们<i>好</i> &amp; 请坐',
      '',
      '01:00:00.000 --> 01:00:01.000',
      '<v 甲>三 &lt; 四</v>',
      '<v 乙>对',
      '',
    ].join('\r\n');
    expect(readCaptionFile(file).cues).toEqual([
      cue(1000, 2500, '同学们好 & 请坐', '李老师'),
      cue(3_600_000, 3_601_000, '三 < 四', '甲'),
      cue(3_600_000, 3_601_000, '对', '乙'),
    ]);
  });

  it('takes SubRip whatever it is called, in any order, without its fonts and places', () => {
    const file = [
      ...['2', '00:00:05,000 --> 00:00:06,000', '{\\an8}<font color="red">后</font>', ''],
      ...['1', '00:00:01,5 --> 00:00:02,000 X1:10 X2:20 Y1:1 Y2:2', '先 a < b', ''],
    ].join('\n');
    expect(readCaptionFile(file).cues).toEqual([cue(1500, 2000, '先 a < b'), cue(5000, 6000, '后')]);
  });

  it('says of each line what is wrong with it', () => {
    const file = vtt(
      ...['00:01.000 -> 00:02.000', 'a', ''],
      ...['00:05.000 --> 00:04.000', 'b', ''],
      ...['00:61.000 --> 00:62.000', 'c', ''],
      ...['00:06.000 --> 00:07.000', 'd', '00:07.000 --> 00:08.000', 'e', ''],
      ...['00:03.000 --> 00:04.000', 'f', ''],
      ...['99:00:00.000 --> 99:00:01.000', 'g'],
    );
    expect(problemsOf(file)).toEqual([
      '3 captionNoTiming',
      '6 captionEndsBeforeStart',
      '9 captionTimingWrong',
      '14 captionBlankMissing',
      '17 captionOutOfOrder',
      '20 captionTooLate',
    ]);
    expect(problemsOf('PK\u0003\u0004 zip')).toEqual(['1 captionNoFormat']);
    expect(problemsOf('<html><script>alert(1)</script></html>')).toEqual(['1 captionNoFormat']);
    expect(problemsOf('WEBVTT\n\nNOTE nothing\n')).toEqual(['1 captionEmpty']);
    expect(problemsOf('\n \n')).toEqual(['1 captionEmpty']);
  });

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<c>never closed',
    'closed</b>',
    '<b onclick="x">a</b><a href="javascript:x">b</a>',
    'a < b',
    '<!-- x -->',
  ])('refuses markup that is not WebVTT’s: %s', (text) => {
    const problems = problemsOf(vtt('00:01.000 --> 00:02.000', 'fine', text));
    expect(problems?.[0]).toMatch(/^5 caption(?:Markup|BlankMissing)$/);
  });

  it('refuses script in SubRip, control characters, and more text than anybody reads', () => {
    expect(problemsOf('1\n00:00:01,000 --> 00:00:02,000\n<script>x</script>')).toEqual(['3 captionMarkup']);
    expect(problemsOf(vtt('00:01.000 --> 00:02.000', 'a\u0007'))).toEqual(['4 captionUnreadable']);
    expect(problemsOf(vtt('00:01.000 --> 00:02.000', 'a'.repeat(501)))).toEqual(['4 captionTextTooLong']);
    expect(problemsOf('a'.repeat(1_000_001))).toEqual(['1 captionFileTooLarge']);
  });

  it('does not take long over text that is made to be slow', () => {
    const nasty = vtt('00:01.000 --> 00:02.000', `<v${'.a'.repeat(50_000)}`, '', `${'0:'.repeat(50_000)} -->`);
    expect(problemsOf(nasty)?.length).toBeGreaterThan(0);
  });

  it('reads back what it writes, whatever is in the text', () => {
    const cues = [
      cue(0, 999, '<script>alert("x")</script> --> & &amp;', 'A > B & C'),
      cue(1000, 3_723_004, '两行\n文字'),
    ];
    const file = writeVtt(cues);
    expect(file).toContain('00:00:01.000 --> 01:02:03.004\n两行\n文字\n');
    expect(readCaptionFile(file).cues).toEqual(cues);
  });
});

describe('times of captions in a film that leaves ranges out', () => {
  const times = new CaptionTimes([
    { fromMs: 20_000, toMs: 30_000 },
    { fromMs: 0, toMs: 5_000 },
    { fromMs: 25_000, toMs: 40_000 },
  ]);

  it('closes up behind each gap, and drops what was said in one', () => {
    const shown = times.toFilm([
      cue(1000, 2000, 'before the film'),
      cue(4000, 6000, 'into it'),
      cue(19_000, 41_000, 'across'),
      cue(22_000, 39_000, 'in the gap'),
      cue(50_000, 51_000, 'after'),
    ]);
    expect(shown).toEqual([cue(0, 1000, 'into it'), cue(14_000, 16_000, 'across'), cue(25_000, 26_000, 'after')]);
  });

  it('goes back to the session on the right side of a joint', () => {
    expect(times.toSession([cue(0, 15_000, 'up to the joint'), cue(15_000, 16_000, 'from it on')])).toEqual([
      cue(5000, 20_000, 'up to the joint'),
      cue(40_000, 41_000, 'from it on'),
    ]);
  });
});

describe('a language tag', () => {
  it.each([
    ['zh-cn', 'zh-CN'],
    ['EN', 'en'],
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['bo', 'bo'],
  ])('%s becomes %s', (tag, canonical) => {
    expect(LanguageTag.parse(tag)).toBe(canonical);
  });

  it.each(['', 'z', 'zh_CN', '../en', 'en-', '中文', 'a'.repeat(40)])('%j is none', (tag) => {
    expect(LanguageTag.safeParse(tag).success).toBe(false);
  });
});
