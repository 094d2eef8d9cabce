import { sql, type RawBuilder } from 'kysely';
import { containing } from './search-pattern.ts';

/** More words than this are no search but a paste. */
const MAX_WORDS = 8;
const ASCII_END = 0x80;

/**
 * Pairs of neighbouring signs, and single ones beyond ASCII. Chinese has no blanks between words, and most of its words have two signs: an
 * inverted index of pairs finds them without a dictionary, on a plain PostgreSQL without extensions.
 */
export function gramsOf(text: string): string[] {
  const signs = [...text.toLowerCase()];
  const grams = new Set<string>();
  for (const [at, sign] of signs.entries()) {
    if (sign.trim() === '') continue;
    if ((sign.codePointAt(0) ?? 0) >= ASCII_END) grams.add(sign);
    const next = signs[at + 1];
    if (next !== undefined && next.trim() !== '') grams.add(sign + next);
  }
  return [...grams];
}

/** What to look for: the parts between blanks. */
export const wordsOf = (search: string): string[] => search.split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);

/** A row `x` of `recording_texts` that has the word; the index narrows it down, the pattern decides. */
export function lineHas(word: string): RawBuilder<boolean> {
  return sql`(x.grams @> ${sql.val(gramsOf(word))}::text[] and x.body ilike ${containing(word)})`;
}
