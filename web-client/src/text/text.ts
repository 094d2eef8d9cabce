import { useCallback } from 'react';
import { language, useLanguage } from './language.ts';
import type { Language } from './language.ts';

/** A text in both languages, Chinese first. `{name}` marks a value that is put in. */
type Pair = readonly [zh: string, en: string];
export type Catalogue = Readonly<Record<string, Pair>>;

type ValueNames<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | ValueNames<Rest> : never;
type Values<P extends Pair> = [ValueNames<P[0]>] extends [never]
  ? []
  : [values: Readonly<Record<ValueNames<P[0]>, string | number>>];

export type Translate<C extends Catalogue> = <K extends keyof C & string>(key: K, ...values: Values<C[K]>) => string;

/** Catalogues are values of the pages that use them, so that a lazily loaded page brings its own words along. */
export const catalogue = <const C extends Catalogue>(texts: C): C => texts;

function fill(template: string, values: Readonly<Record<string, string | number>> | undefined): string {
  if (values === undefined) return template;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function translator<C extends Catalogue>(texts: C, to: Language = language()): Translate<C> {
  return (key, ...values) => {
    const pair = texts[key];
    if (pair === undefined) return key;
    return fill(pair[to === 'zh-CN' ? 0 : 1], values[0]);
  };
}

/** The texts of a catalogue in the language chosen now; the component renders again when it changes. */
export function useText<C extends Catalogue>(texts: C): Translate<C> {
  const to = useLanguage();
  return useCallback<Translate<C>>((key, ...values) => translator(texts, to)(key, ...values), [texts, to]);
}
