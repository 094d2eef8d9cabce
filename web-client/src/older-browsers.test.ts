import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const NEWER = ['with', 'toSpliced', 'toSorted', 'toReversed', 'findLast', 'at'] as const;

/** In a world of its own, where arrays have nothing of the newer. */
function inAnOlderBrowser(expression: string): unknown {
  const context = createContext({});
  runInContext(`for (const name of ${JSON.stringify(NEWER)}) delete Array.prototype[name]`, context);
  runInContext(stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'older-browsers.ts'), 'utf8')), context);
  return JSON.parse(runInContext(`JSON.stringify(${expression})`, context) as string);
}

describe('what older browsers lack of arrays', () => {
  it.each([
    ['[3, 1, 2].with(0, 9)', [9, 1, 2]],
    ['[3, 1, 2].with(-1, 9)', [3, 1, 9]],
    ['[3, 1, 2].toSpliced(1, 1)', [3, 2]],
    ['[3, 1, 2].toSpliced(1, 0, 7, 8)', [3, 7, 8, 1, 2]],
    ['[3, 1, 2].toSpliced(1)', [3]],
    ['[3, 1, 2].toSorted((a, b) => a - b)', [1, 2, 3]],
    ['[3, 1, 2].toReversed()', [2, 1, 3]],
    ['[3, 1, 2].findLast((one) => one > 1)', 2],
    ['[3, 1, 2].at(-1)', 2],
  ])('is filled: %s', (expression, result) => {
    expect(inAnOlderBrowser(expression)).toEqual(result);
  });

  it('refuses a place behind the end, as the newer ones do', () => {
    expect(() => inAnOlderBrowser('[3, 1, 2].with(3, 0)')).toThrow('no such place');
  });
});

/** A browser as far as `public/older-browsers.js` looks at it. */
interface Seen {
  readonly vendor: 'Google Inc.' | 'Apple Computer, Inc.' | '';
  readonly lacks?: 'hasOwn' | 'structuredClone' | 'text-security' | 'braille';
}

const SCRIPT = readFileSync(join(import.meta.dirname, '../public/older-browsers.js'), 'utf8');

function isRefused({ vendor, lacks }: Seen): boolean {
  const shown: unknown[] = [];
  const element = () => ({ style: {}, noModule: false, setAttribute: () => undefined, appendChild: () => undefined });
  const root = { firstChild: null, appendChild: (child: unknown) => shown.push(child) };
  const document = { createElement: element, createTextNode: element, getElementById: () => root };
  const nothing = (): void => undefined;
  const globals = {
    document,
    window: { addEventListener: nothing },
    navigator: { vendor },
    structuredClone: lacks === 'structuredClone' ? undefined : nothing,
    ResizeObserver: nothing,
    AbortController: nothing,
    CSS: { supports: (name: string) => name === '-webkit-text-security' && lacks !== 'text-security' },
    Element: { prototype: lacks === 'braille' ? {} : { ariaBrailleLabel: null } },
  };
  const context = createContext(globals);
  if (lacks === 'hasOwn') runInContext('delete Object.hasOwn', context);
  runInContext(SCRIPT, context);
  return shown.length > 0;
}

describe('a browser', () => {
  it.each<[name: string, seen: Seen]>([
    ['Chrome 107', { vendor: 'Google Inc.' }],
    ['Safari 15.4', { vendor: 'Apple Computer, Inc.', lacks: 'braille' }],
    ['Firefox 114', { vendor: '', lacks: 'braille' }],
  ])('that is as old as %s is let in', (_name, seen) => {
    expect(isRefused(seen)).toBe(false);
  });

  it.each<[name: string, seen: Seen]>([
    ['Chrome 106', { vendor: 'Google Inc.', lacks: 'braille' }],
    ['Safari 15.3', { vendor: 'Apple Computer, Inc.', lacks: 'hasOwn' }],
    ['Firefox 113', { vendor: '', lacks: 'text-security' }],
  ])('that is as old as %s is refused', (_name, seen) => {
    expect(isRefused(seen)).toBe(true);
  });
});
