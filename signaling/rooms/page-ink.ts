import * as z from 'zod';
import { AppError } from '../protocol/errors.ts';
import { CoursewareId, type SeatId, type StrokeId } from '../protocol/ids.ts';
import { InkStroke, type PageInk as ShownInk } from '../protocol/ink.ts';

/** Numbers, two of which are a point: what one page holds, and all of them. It is saved whole with the room. */
const MAX_OF_PAGE = 24_000;
const MAX_OF_ALL = 96_000;
const MAX_STROKES_OF_PAGE = 1_500;

export const SavedInk = z.object({
  isOpen: z.boolean(),
  pages: z.array(z.object({ coursewareId: CoursewareId, page: z.int(), strokes: z.array(InkStroke) })),
});
export type SavedInk = z.infer<typeof SavedInk>;

export interface PagePlace {
  readonly coursewareId: CoursewareId;
  readonly page: number;
}

export type Drawn = Omit<InkStroke, 'points'> & { readonly from: number; readonly points: readonly number[] };

export interface PageInkOptions {
  /** The page that is on the board. */
  readonly shown: () => PagePlace | null;
  readonly onDrawn: (place: PagePlace, added: InkStroke) => void;
  readonly onRemoved: (place: PagePlace, strokeId: StrokeId | null) => void;
  readonly onOpened: (isOpen: boolean) => void;
}

type Page = Map<StrokeId, InkStroke>;

const keyOf = ({ coursewareId, page }: PagePlace): string => `${coursewareId} ${page}`;
const numbersOf = (page: Page): number => [...page.values()].reduce((sum, { points }) => sum + points.length, 0);

/** What is written on the pages of a lesson, by many hands (SPEC I). Who may write has been checked. */
export class PageInk {
  readonly #options: PageInkOptions;
  readonly #pages = new Map<string, { readonly place: PagePlace; readonly strokes: Page }>();
  #isOpen = false;

  constructor(options: PageInkOptions) {
    this.#options = options;
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
    return [...(this.#pages.get(keyOf(place))?.strokes.values() ?? [])];
  }

  setOpen(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#options.onOpened(isOpen);
  }

  /** @throws AppError `conflict` for a page that is not shown or is full, and for a hole; `forbidden` for a stroke of somebody else */
  draw(place: PagePlace, { from, points, ...drawn }: Drawn): void {
    this.#assertShown(place);
    const page = this.#pages.get(keyOf(place)) ?? { place, strokes: new Map() };
    const known = page.strokes.get(drawn.strokeId);
    if (known !== undefined && known.seatId !== drawn.seatId) throw new AppError('forbidden');
    const had = known?.points.length ?? 0;
    if (from > had) throw new AppError('conflict', { message: 'a part of the stroke is missing' });
    const added = points.slice(had - from);
    if (added.length === 0) return;
    this.#assertRoom(page.strokes, added.length, known === undefined);
    const { colour } = known ?? drawn;
    page.strokes.set(drawn.strokeId, { ...drawn, colour, points: [...(known?.points ?? []), ...added] });
    this.#pages.set(keyOf(place), page);
    this.#options.onDrawn(place, { ...drawn, colour, points: added });
  }

  /** @throws AppError `conflict`, `forbidden` */
  undo(place: PagePlace, strokeId: StrokeId, by: { readonly seatId: SeatId; readonly isTeacher: boolean }): void {
    this.#assertShown(place);
    const strokes = this.#pages.get(keyOf(place))?.strokes;
    const stroke = strokes?.get(strokeId);
    if (stroke === undefined) return;
    if (!by.isTeacher && stroke.seatId !== by.seatId) throw new AppError('forbidden');
    strokes?.delete(strokeId);
    this.#options.onRemoved(place, strokeId);
  }

  /** @throws AppError `conflict` */
  clear(place: PagePlace): void {
    this.#assertShown(place);
    if (this.#pages.delete(keyOf(place))) this.#options.onRemoved(place, null);
  }

  save(): SavedInk {
    const pages = [...this.#pages.values()].map(({ place, strokes }) => ({ ...place, strokes: [...strokes.values()] }));
    return { isOpen: this.#isOpen, pages };
  }

  restore({ isOpen, pages }: SavedInk): void {
    this.#isOpen = isOpen;
    for (const { strokes, ...place } of pages) {
      const byId = new Map(strokes.map((stroke) => [stroke.strokeId, stroke]));
      this.#pages.set(keyOf(place), { place, strokes: byId });
    }
  }

  /** Nobody writes where nobody sees it. */
  #assertShown(place: PagePlace): void {
    const shown = this.#options.shown();
    if (shown === null || keyOf(shown) !== keyOf(place)) throw new AppError('conflict', { message: 'another page' });
  }

  #assertRoom(page: Page, added: number, isNew: boolean): void {
    const all = [...this.#pages.values()].reduce((sum, { strokes }) => sum + numbersOf(strokes), 0);
    const isFull =
      numbersOf(page) + added > MAX_OF_PAGE || all + added > MAX_OF_ALL || (isNew && page.size >= MAX_STROKES_OF_PAGE);
    if (isFull) throw new AppError('conflict', { message: 'the page is full' });
  }
}
