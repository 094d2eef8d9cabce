import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { CoursewareId, StrokeId, type SeatId } from '../protocol/ids.ts';
import { InkStroke, type PageInk as ShownInk } from '../protocol/ink.ts';
import { Level } from '../runtime/bucket.ts';
import { GrownInk, placeKey, type GrownStroke, type PagePlace } from './grown-ink.ts';
import type { Clock } from './ports.ts';

/** Numbers, two of which are a point, and characters: what one page holds, and all of them. It is saved whole with the room. */
const MAX_OF_PAGE = 24_000;
const MAX_OF_ALL = 96_000;
const MAX_STROKES_OF_PAGE = 1_500;
/** Of all hands together, in numbers: each goes to everybody, also on a poor line. At once it is more than a page holds. A part and a stroke taken away cost as much as so many. */
const ROOM = { capacity: 30_000, perSecond: 3_000 };
const COST_OF_PART = 10;
const COST_OF_UNDO = 150;
/** Others see a line grow in such steps. */
const TELL_EVERY_MS = 200;
/** Each is an event of the recording for every stroke that has grown, and the room saved whole. */
const WRITE_DOWN_EVERY_MS = 1_000;
/** Numbers: all that may wait for capture fits into one order. */
const MAX_OF_EVENT = 200;

export const SavedInk = z.object({
  isOpen: z.boolean(),
  pages: z.array(z.object({ coursewareId: CoursewareId, page: z.int(), strokes: z.array(InkStroke) })),
  /** What the recording does not have yet. Absent in what an older process has saved. */
  notWrittenDown: z
    .array(z.object({ coursewareId: CoursewareId, page: z.int(), strokeId: StrokeId, from: z.int() }))
    .default([]),
});
export type SavedInk = z.infer<typeof SavedInk>;

export type Drawn = Omit<InkStroke, 'points'> & { readonly from: number; readonly points: readonly number[] };
export type InkPart = InkStroke & { from: number };

export interface PageInkOptions {
  readonly clock: Clock;
  /** The page that is on the board. */
  readonly shown: () => PagePlace | null;
  /** In batches. */
  readonly onDrawn: (place: PagePlace, parts: readonly InkPart[]) => void;
  readonly onRemoved: (place: PagePlace, strokeId: StrokeId | null) => void;
  /** Whether the recording takes more now. */
  readonly mayWriteDown: () => boolean;
  readonly onWrittenDown: (place: PagePlace, added: InkStroke) => void;
  /** Of what was written down before. */
  readonly onRemovedOnceWrittenDown: (place: PagePlace, strokeId: StrokeId | null) => void;
  readonly onOpened: (isOpen: boolean) => void;
  readonly onSaveNeeded: () => void;
}

interface Page {
  readonly place: PagePlace;
  readonly strokes: Map<StrokeId, InkStroke>;
  /** Of all its strokes. */
  numbers: number;
}

/** Of what one page holds: numbers, and characters of typed words. */
const weightOf = ({ points, text = '' }: Pick<InkStroke, 'points' | 'text'>): number => points.length + text.length;
const placeOf = ({ coursewareId, page }: PagePlace): PagePlace => ({ coursewareId, page });

/** What is written on the pages of a lesson, by many hands (SPEC I). Who may write has been checked. */
export class PageInk {
  readonly #options: PageInkOptions;
  readonly #pages = new Map<string, Page>();
  readonly #untold: GrownInk;
  readonly #notWrittenDown: GrownInk;
  readonly #budget: Level;
  #numbers = 0;
  #isOpen = false;

  constructor(options: PageInkOptions) {
    this.#options = options;
    const { clock } = options;
    this.#budget = new Level(ROOM, clock.nowMs());
    this.#untold = new GrownInk({ clock, everyMs: TELL_EVERY_MS, onDue: () => this.#tell() });
    this.#notWrittenDown = new GrownInk({
      clock,
      everyMs: WRITE_DOWN_EVERY_MS,
      onDue: () => {
        this.writeDown();
        options.onSaveNeeded();
      },
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** As everybody sees it now. */
  get shown(): ShownInk {
    const place = this.#options.shown();
    return { strokes: place === null ? [] : this.of(place), isOpen: this.#isOpen };
  }

  of(place: PagePlace): InkStroke[] {
    const strokes = this.#pages.get(placeKey(place))?.strokes.values() ?? [];
    return [...strokes].map((stroke) => ({ ...stroke, points: [...stroke.points] }));
  }

  setOpen(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#options.onOpened(isOpen);
  }

  /**
   * @throws AppError `conflict` for a page that is not shown or is full, and for a hole; `forbidden` for a stroke of somebody else; `tooManyRequests`
   * when all together write too much
   */
  draw(place: PagePlace, { from, points, ...drawn }: Drawn): void {
    this.#assertShown(place);
    const { strokeId } = drawn;
    const page = this.#pages.get(placeKey(place)) ?? { place, strokes: new Map<StrokeId, InkStroke>(), numbers: 0 };
    const known = page.strokes.get(strokeId);
    if (known !== undefined && known.seatId !== drawn.seatId) throw new AppError('forbidden');
    const had = known?.points.length ?? 0;
    if (from > had) throw new AppError('conflict', { message: 'a part of the stroke is missing' });
    const added = points.slice(had - from);
    if (added.length === 0) return;
    const weight = known === undefined ? weightOf({ ...drawn, points: added }) : added.length;
    this.#assertRoom(page, weight, known === undefined);
    this.#pay(weight + COST_OF_PART);
    if (known === undefined) page.strokes.set(strokeId, { ...drawn, points: added });
    else known.points.push(...added);
    page.numbers += weight;
    this.#numbers += weight;
    this.#pages.set(placeKey(place), page);
    const grown = { coursewareId: place.coursewareId, page: place.page, strokeId, from: had };
    this.#untold.grew(grown);
    this.#notWrittenDown.grew(grown);
  }

  /** @throws AppError `conflict`, `forbidden`, `tooManyRequests` */
  undo(place: PagePlace, strokeId: StrokeId, by: { readonly seatId: SeatId; readonly isTeacher: boolean }): void {
    this.#assertShown(place);
    const page = this.#pages.get(placeKey(place));
    const stroke = page?.strokes.get(strokeId);
    if (page === undefined || stroke === undefined) return;
    if (!by.isTeacher && stroke.seatId !== by.seatId) throw new AppError('forbidden');
    this.#pay(COST_OF_UNDO);
    page.strokes.delete(strokeId);
    page.numbers -= weightOf(stroke);
    this.#numbers -= weightOf(stroke);
    this.#untold.forget(place, strokeId);
    this.#options.onRemoved(place, strokeId);
    if (this.#notWrittenDown.forget(place, strokeId)) this.#options.onRemovedOnceWrittenDown(place, strokeId);
    this.#notWrittenDown.wait();
  }

  /** @throws AppError `conflict` */
  clear(place: PagePlace): void {
    this.#assertShown(place);
    const page = this.#pages.get(placeKey(place));
    if (page === undefined) return;
    this.#pages.delete(placeKey(place));
    this.#numbers -= page.numbers;
    for (const strokeId of page.strokes.keys()) {
      this.#untold.forget(place, strokeId);
      this.#notWrittenDown.forget(place, strokeId);
    }
    this.#options.onRemoved(place, null);
    this.#options.onRemovedOnceWrittenDown(place, null);
    this.#options.onSaveNeeded();
  }

  /** For the recording, as far as it takes it: what it does not take stays where it is, on the page. */
  writeDown(mayWriteDown = this.#options.mayWriteDown): void {
    for (const grown of this.#notWrittenDown.list()) {
      const stroke = this.#strokeOf(grown);
      const upTo = stroke === undefined ? null : this.#writeDown(grown, stroke, mayWriteDown);
      this.#notWrittenDown.passed(grown, upTo);
    }
    if (this.#notWrittenDown.list().length > 0) this.#notWrittenDown.wait();
  }

  /** The lesson has ended. */
  finish(): void {
    this.writeDown(() => true);
    this.close();
  }

  close(): void {
    this.#untold.close();
    this.#notWrittenDown.close();
  }

  save(): SavedInk {
    const pages = [...this.#pages.values()].map(({ place: { coursewareId, page } }) => ({
      ...{ coursewareId, page },
      strokes: this.of({ coursewareId, page }),
    }));
    return { isOpen: this.#isOpen, pages, notWrittenDown: this.#notWrittenDown.list() };
  }

  restore({ isOpen, pages, notWrittenDown }: SavedInk): void {
    this.#isOpen = isOpen;
    for (const { strokes, ...place } of pages) {
      const byId = new Map(strokes.map((stroke) => [stroke.strokeId, stroke]));
      const numbers = strokes.reduce((sum, stroke) => sum + weightOf(stroke), 0);
      this.#pages.set(placeKey(place), { place, strokes: byId, numbers });
      this.#numbers += numbers;
    }
    for (const grown of notWrittenDown) this.#notWrittenDown.grew(grown);
  }

  /** How far it is written down now; null: all of it. */
  #writeDown(grown: GrownStroke, stroke: InkStroke, mayWriteDown: () => boolean): number | null {
    for (let from = grown.from; from < stroke.points.length; from += MAX_OF_EVENT) {
      if (!mayWriteDown()) return from;
      const points = stroke.points.slice(from, from + MAX_OF_EVENT);
      this.#options.onWrittenDown(placeOf(grown), { ...stroke, points });
    }
    return null;
  }

  #tell(): void {
    const byPlace = Map.groupBy(this.#untold.list(), placeKey);
    for (const grown of byPlace.values()) {
      const parts = grown.flatMap((one) => {
        const stroke = this.#strokeOf(one);
        this.#untold.passed(one, null);
        return stroke === undefined ? [] : [{ ...stroke, from: one.from, points: stroke.points.slice(one.from) }];
      });
      const [first] = grown;
      if (first !== undefined && parts.length > 0) this.#options.onDrawn(placeOf(first), parts);
    }
  }

  #strokeOf(grown: GrownStroke): InkStroke | undefined {
    return this.#pages.get(placeKey(grown))?.strokes.get(grown.strokeId);
  }

  /** Nobody writes where nobody sees it. */
  #assertShown(place: PagePlace): void {
    const shown = this.#options.shown();
    if (shown === null || placeKey(shown) !== placeKey(place))
      throw new AppError('conflict', { message: 'another page' });
  }

  #assertRoom(page: Page, added: number, isNewStroke: boolean): void {
    const isFull =
      page.numbers + added > MAX_OF_PAGE ||
      this.#numbers + added > MAX_OF_ALL ||
      (isNewStroke && page.strokes.size >= MAX_STROKES_OF_PAGE);
    if (isFull) throw new AppError('conflict', { message: 'the page is full' });
  }

  #pay(cost: number): void {
    if (!this.#budget.take(this.#options.clock.nowMs(), cost))
      throw new AppError('tooManyRequests', { message: 'too much is written at once' });
  }
}
