import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { countdown, duration } from './time.ts';
import { catalogue, translator } from './text.ts';

const texts = catalogue({ hello: ['{name}，您好', 'Hello, {name}'], plain: ['好', 'OK'] });

test('a text is filled in the language asked for', () => {
  expect(translator(texts, 'zh-CN')('hello', { name: '林老师' })).toBe('林老师，您好');
  expect(translator(texts, 'en')('hello', { name: 'Lin' })).toBe('Hello, Lin');
  expect(translator(texts, 'en')('plain')).toBe('OK');
});

test('lengths and countdowns are told in the largest unit that says something', () => {
  expect(duration(3_849_000)).toBe('1:04:09');
  expect(duration(750_000)).toBe('12:30');
  expect(countdown(-5)).toEqual({ unit: 'now' });
  expect(countdown(59_000)).toEqual({ unit: 'seconds', value: 59 });
  expect(countdown(61_000)).toEqual({ unit: 'minutes', value: 2 });
});

const Catalogues = z.record(z.string(), z.record(z.string(), z.tuple([z.string().min(1), z.string().min(1)])));

test('both languages of every catalogue say something and ask for the same values', async () => {
  const folder = join(import.meta.dirname, '../messages');
  const valuesIn = (template: string): string[] => (template.match(/\{\w+\}/g) ?? []).toSorted();
  for (const file of readdirSync(folder)) {
    const module: unknown = await import(pathToFileURL(join(folder, file)).href);
    for (const entries of Object.values(Catalogues.parse({ ...(module as object) }))) {
      for (const [key, [zh, en]] of Object.entries(entries)) {
        expect([file, key, valuesIn(en)]).toEqual([file, key, valuesIn(zh)]);
      }
    }
  }
});
