import { expect, it } from 'vitest';
import { drawnWords } from './ink-words.ts';
import { inkRequests, typedText } from './ink.ts';

const PAGE = { width: 1_000, height: 500 };
const linesOf = (text: string, x = 0): string[] =>
  drawnWords({ text, points: [x, 1_000] }, PAGE).lines.map((line) => line.text);

it('hangs words from where they begin, line by line', () => {
  expect(drawnWords({ text: '勾股定理\na² + b² = c²', points: [1_000, 1_000] }, PAGE)).toEqual({
    x: 100,
    fontSize: 30,
    lines: [
      { text: '勾股定理', y: 80 },
      { text: 'a² + b² = c²', y: 119 },
    ],
  });
});

it('breaks what is longer than the page: Chinese anywhere, other words between them', () => {
  expect(linesOf('天'.repeat(70)).map((line) => line.length)).toEqual([33, 33, 4]);
  expect(linesOf('the quick brown fox jumps', 7_000)).toEqual(['the quick brown ', 'fox jumps']);
  expect(linesOf('x'.repeat(60))).toEqual(['x'.repeat(55), 'x'.repeat(5)]);
  expect(linesOf('W'.repeat(40)).map((line) => line.length)).toEqual([37, 3]);
});

it('moves words that begin at the edge onto the page', () => {
  const { x, lines } = drawnWords({ text: '天'.repeat(20), points: [10_000, 10_000] }, PAGE);
  expect(x).toBe(760);
  expect(lines.map(({ text }) => text.length)).toEqual([8, 8, 4]);
  expect(lines.at(-1)?.y).toBeLessThan(500);
  expect(drawnWords({ text: '\n'.repeat(60), points: [0, 9_000] }, PAGE).lines[0]?.y).toBe(30);
});

it('is refused without words, with too many, with control characters, and with words for a pen', () => {
  const part = { coursewareId: 'whiteboard', page: 1, strokeId: 's', colour: 'red', from: 0, points: [1, 2] };
  const isTaken = (more: object): boolean => inkRequests.drawInk.params.safeParse({ ...part, ...more }).success;
  expect(isTaken({ shape: 'text', text: '两行\n文字 𝑥² 😀' })).toBe(true);
  expect(isTaken({ shape: 'pen' })).toBe(true);
  for (const text of [undefined, '', '  ', 'x'.repeat(201), 'a\u0007b', 'a\tb', 'a\ufffeb', 'a\ud800b', '\u202e蛋坏']) {
    expect(isTaken({ shape: 'text', text }), JSON.stringify(text)).toBe(false);
  }
  expect(isTaken({ shape: 'pen', text: 'words' })).toBe(false);
  expect(isTaken({ shape: 'text', text: 'words', points: [1, 2, 3, 4] })).toBe(false);
  expect(isTaken({ shape: 'text', text: 'words', from: 2 })).toBe(false);
  expect(typedText('表\t格\u0007\ufffe\n😀')).toBe('表 格  \n😀');
});
