import { AppError } from '../protocol/errors.ts';
import type { Log } from '../runtime/log.ts';
import type { Clock } from './ports.ts';

/** A word that an administrator adds is refused in lessons that run already after at most so long. */
const READ_AGAIN_MS = 10_000;
/** Drawn as nothing, as room between letters, or piled on them: format characters, fillers, the Braille blank, accents of any letter. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Cc}|[\u0300-\u036F\u20D0-\u20F0\u2800]/gu;
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/u;

/**
 * As it is compared: one width and case (NFKC), without what nobody sees (zero-width characters, accents piled on letters), and one space
 * for any number of any kind.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\s+/gu, ' ')
    .normalize('NFKD')
    .replaceAll(UNSEEN, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

const LETTER = '[a-z0-9]';

/** Letters may stand apart; a word in Latin letters is not a part of another one (`class`). */
function patternOf(word: string): string {
  const signs = [...plainText(word).replaceAll(' ', '')];
  if (signs.length === 0) return '';
  const isLatin = (sign: string | undefined): boolean => sign !== undefined && /^[a-z0-9]$/.test(sign);
  const [before, after] = [isLatin(signs[0]) ? `(?<!${LETTER})` : '', isLatin(signs.at(-1)) ? `(?!${LETTER})` : ''];
  return before + signs.map((sign) => (SYNTAX.test(sign) ? `\\${sign}` : sign)).join(' ?') + after;
}

export type WordFinder = (text: string) => string | null;

/** Finds the first of the words in a text, as it was given by the school (SPEC Y1). */
export function wordFinder(words: readonly string[]): WordFinder {
  const patterns = words.flatMap((word) => {
    const pattern = patternOf(word);
    return pattern === '' ? [] : [{ word, expression: new RegExp(pattern, 'u') }];
  });
  return (text) => {
    const plain = plainText(text);
    return patterns.find(({ expression }) => expression.test(plain))?.word ?? null;
  };
}

/** @throws AppError `wordRefused` with the word */
export function assertNoWord(find: WordFinder, text: string): void {
  const word = find(text);
  if (word !== null) throw new AppError('wordRefused', { details: { word } });
}

export interface RefusedWordsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly read: () => Promise<readonly string[]>;
}

/** The words that the school of a lesson refuses, as it has them now; while the database is away, as they were last read. */
export class RefusedWords {
  readonly #options: RefusedWordsOptions;
  #words: readonly string[] = [];
  #find: WordFinder = () => null;
  #readAtMs: number | null = null;
  #reading: Promise<void> | null = null;

  constructor(options: RefusedWordsOptions) {
    this.#options = options;
  }

  /** @throws AppError `wordRefused` with the word */
  async assertAllowed(text: string): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const isFresh = this.#readAtMs !== null && nowMs - this.#readAtMs < READ_AGAIN_MS;
    if (!isFresh) {
      this.#reading ??= this.#read(nowMs);
      // Only the first message of a lesson waits for the database.
      if (this.#readAtMs === null) await this.#reading;
    }
    assertNoWord(this.#find, text);
  }

  save(): string[] {
    return [...this.#words];
  }

  /** What holds until they can be read. */
  restore(words: readonly string[]): void {
    this.#words = words;
    this.#find = wordFinder(words);
  }

  async #read(nowMs: number): Promise<void> {
    try {
      this.restore(await this.#options.read());
      this.#readAtMs = nowMs;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'refused words could not be read');
    } finally {
      this.#reading = null;
    }
  }
}
