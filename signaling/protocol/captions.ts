import * as z from 'zod';
import { SeatId, TrackId } from './ids.ts';
import { RecordedSource } from './media.ts';

/**
 * Captions of a recording: what is said, by whom and when. They are kept in session time, like the packets that they belong to, so that they stay right
 * whatever a film leaves out; who shows them maps their times (`CaptionTimes`).
 */
export const MAX_CUES = 10_000;
export const MAX_CUE_CHARACTERS = 500;
const MAX_MS = 86_400_000;

/** Line ends and tabs are text, other control characters are not. */
// oxlint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F]/;

/** Plain text; of WebVTT's markup only the voice is kept, and by itself. */
const CueText = z
  .string()
  .min(1)
  .max(MAX_CUE_CHARACTERS)
  .refine((text) => text.trim() !== '' && !UNSEEN.test(text));

/** Whose sound was recognised: captions go with it when it is left out or erased. */
export const CaptionTrack = z.object({ trackId: TrackId, seatId: SeatId, seat: z.string(), source: RecordedSource });
export type CaptionTrack = z.infer<typeof CaptionTrack>;

export const CaptionCue = z
  .object({
    fromMs: z.int().min(0).max(MAX_MS),
    toMs: z.int().min(1).max(MAX_MS),
    /** Who speaks, when that is known. */
    voice: z
      .string()
      .min(1)
      .max(60)
      .refine((name) => !/[\n\r]/.test(name) && !UNSEEN.test(name))
      .nullable(),
    text: CueText,
    /** Only of what was recognised. */
    track: CaptionTrack.optional(),
  })
  .refine(({ fromMs, toMs }) => toMs > fromMs, { path: ['toMs'] });
export type CaptionCue = z.infer<typeof CaptionCue>;

export const CaptionCues = z.array(CaptionCue).max(MAX_CUES);

/** The same tag in its canonical spelling; undefined when it is none (BCP 47). */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** A BCP 47 language tag, canonical after parsing: `zh-cn` → `zh-CN`. */
export const LanguageTag = z
  .string()
  .min(2)
  .max(35)
  .overwrite((tag) => canonicalLanguage(tag) ?? tag)
  .refine((tag) => canonicalLanguage(tag) === tag);

/** In order of their beginnings; what is said at the same time keeps its order. */
export const sortedCues = (cues: readonly CaptionCue[]): CaptionCue[] =>
  cues.toSorted((one, other) => one.fromMs - other.fromMs);

export interface LeftOutMs {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Between session time and the time of a film that leaves ranges of it out. Milliseconds. */
export class CaptionTimes {
  /** Sorted, apart from each other. */
  readonly #leftOut: readonly LeftOutMs[];

  constructor(leftOut: readonly LeftOutMs[]) {
    const merged: LeftOutMs[] = [];
    for (const range of leftOut.filter(({ fromMs, toMs }) => toMs > fromMs).toSorted((a, b) => a.fromMs - b.fromMs)) {
      const last = merged.at(-1);
      if (last === undefined || range.fromMs > last.toMs) merged.push(range);
      else merged[merged.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, range.toMs) };
    }
    this.#leftOut = merged;
  }

  /** In order, apart from each other. */
  get leftOut(): readonly LeftOutMs[] {
    return this.#leftOut;
  }

  /** An instant that is left out lies where the film goes on. */
  toFilmMs(sessionMs: number): number {
    let filmMs = sessionMs;
    for (const { fromMs, toMs } of this.#leftOut) {
      if (sessionMs <= fromMs) break;
      filmMs -= Math.min(sessionMs, toMs) - fromMs;
    }
    return filmMs;
  }

  /** `side` decides at a joint: what begins there begins behind what is left out, what ends there ends before it. */
  toSessionMs(filmMs: number, side: 'begins' | 'ends' = 'begins'): number {
    let sessionMs = filmMs;
    for (const { fromMs, toMs } of this.#leftOut) {
      if (side === 'begins' ? sessionMs < fromMs : sessionMs <= fromMs) break;
      sessionMs += toMs - fromMs;
    }
    return sessionMs;
  }

  /** Cues as the film shows them: what lies wholly in a gap is not there, what reaches into one is shortened. */
  toFilm(cues: readonly CaptionCue[]): CaptionCue[] {
    return cues.flatMap((cue) => {
      const [fromMs, toMs] = [this.toFilmMs(cue.fromMs), this.toFilmMs(cue.toMs)];
      return toMs > fromMs ? [{ ...cue, fromMs, toMs }] : [];
    });
  }

  toSession(cues: readonly CaptionCue[]): CaptionCue[] {
    return cues.map((cue) => ({
      ...cue,
      fromMs: this.toSessionMs(cue.fromMs, 'begins'),
      toMs: this.toSessionMs(cue.toMs, 'ends'),
    }));
  }
}
