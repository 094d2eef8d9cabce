import * as z from 'zod';
import { canonicalLanguage, LanguageTag } from '../../signaling/protocol/captions.ts';
import { splitCommand } from './command-line.ts';

const positive = z.coerce.number().int().positive();

const isCommand = (line: string): boolean => {
  try {
    return splitCommand(line).length > 0;
  } catch {
    return false;
  }
};

/** Speech recognition; all of it rests while `CAPTION_COMMAND` is not set. */
export const captionFields = {
  /** Program and arguments, see `docs/captions.md`. */
  CAPTION_COMMAND: z.string().refine(isCommand, 'not a command: is a quote left open?').optional(),
  /** What it can recognise, the usual one first. */
  CAPTION_LANGUAGES: z
    .string()
    .default('zh-CN')
    .transform((list) => list.split(',').map((tag) => canonicalLanguage(tag.trim()) ?? tag.trim()))
    .pipe(z.array(LanguageTag).min(1)),
  /** Whether every recording gets captions after its production, where it has none in the usual language. */
  CAPTION_AUTOMATIC: z.stringbool().default(true),
  /** How many times longer than the speech itself recognising it may take. */
  CAPTION_TIMEOUT_RATIO: positive.max(100).default(10),
  /** After so long without a sign of life of its owner a job is taken over by another process. */
  CAPTION_LOCK_MS: positive.min(1_000).default(60_000),
};
export interface CaptionConfig {
  readonly CAPTION_COMMAND?: string | undefined;
  readonly CAPTION_LANGUAGES: readonly string[];
  readonly CAPTION_AUTOMATIC: boolean;
  readonly CAPTION_TIMEOUT_RATIO: number;
  readonly CAPTION_LOCK_MS: number;
}
