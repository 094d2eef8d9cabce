import * as z from 'zod';

const STORAGE_KEY = 'tongke.player';

/** `slides`: the sound, and the board as stills, for poor lines. */
export const LAYOUTS = ['film', 'side', 'pip', 'board', 'lecturer', 'slides'] as const;
export type Layout = (typeof LAYOUTS)[number];

export const CAPTION_SIZES = ['s', 'm', 'l'] as const;
export type CaptionSize = (typeof CAPTION_SIZES)[number];

const Habits = z.object({
  /** Null until somebody has chosen one. */
  layout: z.enum(LAYOUTS).nullable(),
  isSwapped: z.boolean(),
  rate: z.number().min(0.5).max(3),
  skipsSilence: z.boolean().default(false),
  volume: z.number().min(0).max(1),
  isMuted: z.boolean(),
  areCaptionsOn: z.boolean().default(false),
  /** Null until somebody has chosen one: then it is the page's. */
  captionLanguage: z.string().nullable().default(null),
  captionSize: z.enum(CAPTION_SIZES).default('m'),
});
export type Habits = z.infer<typeof Habits>;

const FIRST: Habits = {
  layout: null,
  isSwapped: false,
  rate: 1,
  skipsSilence: false,
  volume: 1,
  isMuted: false,
  areCaptionsOn: false,
  captionLanguage: null,
  captionSize: 'm',
};

/** How somebody likes to watch, kept on this device. */
export class PlayerMemory {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  read(): Habits {
    try {
      const parsed = Habits.safeParse(JSON.parse(this.#storage.getItem(STORAGE_KEY) ?? 'null'));
      return parsed.success ? parsed.data : FIRST;
    } catch {
      return FIRST;
    }
  }

  keep(change: Partial<Habits>): void {
    try {
      this.#storage.setItem(STORAGE_KEY, JSON.stringify({ ...this.read(), ...change }));
    } catch {
      // A browser that stores nothing forgets, and plays all the same.
    }
  }
}
