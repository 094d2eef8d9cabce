import { describe, expect, it } from 'vitest';
import { argumentsFor, splitCommand } from './command-line.ts';
import { readRecognised, tidyCues } from './recognised-text.ts';

describe('a caption command', () => {
  it('is taken apart as a shell would, and nothing in it is done as a shell would', () => {
    expect(splitCommand(`/opt/my\\ whisper/run --prompt 'a "b" $HOME' --x="1 2" ''  `)).toEqual([
      '/opt/my whisper/run',
      '--prompt',
      'a "b" $HOME',
      '--x=1 2',
      '',
    ]);
    expect(splitCommand('run `id`; rm $(x) | y')).toEqual(['run', '`id`;', 'rm', '$(x)', '|', 'y']);
  });

  it.each(['', '   ', `run 'open`, 'run "open', 'run \\', `''`])('is refused when it is %j', (line) => {
    expect(() => splitCommand(line)).toThrow(SyntaxError);
  });

  it('is told file and language where it wants them, or at the end, each as one argument', () => {
    const input = { wav: '/tmp/a b; rm -rf $HOME.wav', language: 'zh-CN' };
    expect(argumentsFor(['run', '--in={wav}', '-l', '{language}', '{nothing}'], input)).toEqual([
      ...[`--in=${input.wav}`, '-l', 'zh-CN', '{nothing}'],
    ]);
    expect(argumentsFor(['run', '-q'], input)).toEqual(['-q', input.wav, 'zh-CN']);
    expect(argumentsFor(['run', '{wav}'], { wav: '{language}', language: 'en' })).toEqual(['{language}']);
  });
});

describe('what a caption command prints', () => {
  const failure = (output: string): unknown => {
    try {
      readRecognised(output);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('is lines of JSON, or WebVTT, or nothing', () => {
    expect(
      readRecognised('{"start":0.5,"end":1.25,"text":"同学们好","words":[]}\n\n{"start":2,"end":3,"text":" "}\n'),
    ).toEqual([{ fromS: 0.5, toS: 1.25, text: '同学们好' }]);
    expect(readRecognised('WEBVTT\n\n00:01.000 --> 00:02.000\n<v X>上课\n')).toEqual([
      { fromS: 1, toS: 2, text: '上课' },
    ]);
    expect(readRecognised(' \n')).toEqual([]);
    expect(readRecognised('WEBVTT\n')).toEqual([]);
  });

  it.each([
    ['loading model…\n{"start":0,"end":1,"text":"a"}', 'line 1'],
    ['{"start":0,"end":1,"text":"a"}\n{"start":3,"end":1,"text":"b"}', 'line 2'],
    ['{"start":"0","end":1,"text":"a"}', 'line 1'],
    ['WEBVTT\n\n1\n00:01.000 -> 00:02.000\na', 'WebVTT, line 3: captionNoTiming'],
  ])('is refused with the line that is wrong: %j', (output, detail) => {
    expect(failure(output)).toMatchObject({ failure: 'badOutput', detail });
  });

  it('becomes cues that can be read: in order, long enough, not too long, without control characters', () => {
    const cue = { voice: ' 王 老师 ', fromMs: 5000, toMs: 5100, text: 'a\u0007b' };
    const long = { voice: null, fromMs: 0, toMs: 3000, text: '字'.repeat(1200) };
    const tidy = tidyCues([cue, long]);
    expect(tidy.map(({ fromMs, toMs, text }) => [fromMs, toMs, text.length])).toEqual([
      [0, 1000, 400],
      [1000, 2000, 400],
      [2000, 3000, 400],
      [5000, 5500, 3],
    ]);
    expect(tidy.at(-1)).toEqual({ voice: '王 老师', fromMs: 5000, toMs: 5500, text: 'a b' });
  });
});
