import { describe, expect, it } from 'vitest';
import { titleCard } from './title-card.ts';

const rect = { x: 0, y: 0, width: 1920, height: 1080 };
const card = { subject: '数学', teacher: '王老师', school: '实验小学', date: '2026年9月1日' };

function drawn(
  title: string,
  hasCard = true,
): readonly { readonly text: string; readonly size: number; readonly y: number }[] {
  const texts: string[] = [];
  const lettering = { font: { option: 'font=x' }, fileOf: (text: string) => `/${texts.push(text) - 1}` };
  const filters = titleCard(rect, { title, card: hasCard ? card : undefined }, lettering);
  return filters
    .filter((filter) => filter.startsWith('drawtext'))
    .map((filter, index) => ({
      text: texts[index] ?? '',
      size: Number(/fontsize=(\d+)/.exec(filter)?.[1]),
      y: Number(/:y=(\d+)/.exec(filter)?.[1]),
    }));
}

describe('the title card', () => {
  it('names the lesson, its subject and teacher, the school and the day, from top to bottom in the middle', () => {
    const lines = drawn('分数的意义');
    expect(lines.map((line) => line.text)).toEqual(['分数的意义', '数学 · 王老师', '实验小学', '2026年9月1日']);
    expect(lines.map((line) => line.y)).toEqual(lines.map((line) => line.y).toSorted((a, b) => a - b));
    const [first, last] = [lines.at(0), lines.at(-1)];
    expect(Math.abs(((first?.y ?? 0) + (last?.y ?? 0)) / 2 - 540)).toBeLessThan(60);
  });

  it('breaks a long title once and then writes smaller, so that it stays within the picture', () => {
    const title = '三年级语文上册第五单元习作：我们眼中的缤纷世界（第一课时，面向结对学校直播）以及课后练习讲评与答疑';
    const lines = drawn(title).slice(0, 2);
    expect(lines.map((line) => line.text).join('')).toBe(title);
    for (const line of lines) expect(Array.from(line.text).length * line.size).toBeLessThan(1920);
    expect(
      drawn('Fractions and what they mean in everyday life: cake, time and money')
        .slice(0, 2)
        .map((one) => one.text),
    ).toEqual(['Fractions and what they mean in', 'everyday life: cake, time and money']);
  });

  it('is the title alone where nothing else is known', () => {
    expect(drawn('课', false).map((line) => line.text)).toEqual(['课']);
  });
});
