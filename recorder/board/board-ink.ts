import { createHash } from 'node:crypto';
import type { StrokeId } from '../../signaling/protocol/ids.ts';
import type { InkStroke } from '../../signaling/protocol/ink.ts';
import { drawnInk, INK_COLOURS } from '../../signaling/protocol/ink-path.ts';
import { drawnWords } from '../../signaling/protocol/ink-words.ts';
import { escapeMarkup } from '../../signaling/protocol/markup.ts';
import type { PageSize } from '../../signaling/protocol/rest/courseware.ts';
import type { RecordingEvent } from '../contract.ts';
import type { Span, Step } from '../produce/source/presence.ts';
import { pageKey, type BoardPage } from './board-pages.ts';

/** What is written appears in steps: each is a cut, and a run of ffmpeg. */
const STEP_US = 4_000_000;
/** How long at least all that was written on a page is seen before it is turned. */
const LAST_US = 1_000_000;
const NAME_CHARS = 24;

type InkEvent = Extract<RecordingEvent, { type: 'ink' | 'inkRemoved' }>;

/** What happened on one page, in order, and what the page is called after each of it; undefined while it is empty. */
interface WrittenPage {
  readonly events: InkEvent[];
  readonly names: (string | undefined)[];
}

/** What was written on pages when, worked out in one pass over what happened. */
export class WrittenInk {
  readonly #pages = new Map<string, WrittenPage>();

  constructor(events: readonly RecordingEvent[]) {
    const written = events.filter((event): event is InkEvent => event.type === 'ink' || event.type === 'inkRemoved');
    const pages = Map.groupBy(
      written.toSorted((a, b) => a.atUs - b.atUs),
      ({ data }) => pageKey(data),
    );
    for (const [key, own] of pages) this.#pages.set(key, { events: own, names: namesAfter(own) });
  }

  /** While a page is shown: what it has then, what is added in steps, and for the last moment all that it has when it goes. */
  stepsOf(page: BoardPage, { fromUs, toUs }: Span): readonly Step<string | undefined>[] {
    const written = this.#pages.get(pageKey(page));
    if (written === undefined) return [];
    const addedUs = written.events.map(({ atUs }) => atUs).filter((atUs) => atUs > fromUs);
    const gridUs = addedUs.map((atUs) => Math.ceil(atUs / STEP_US) * STEP_US).filter((atUs) => atUs < toUs - LAST_US);
    const lastUs = Math.max(fromUs, toUs - LAST_US);
    const fromsUs = new Set([fromUs, ...gridUs, lastUs]);
    let count = 0;
    return Array.from(fromsUs, (atUs) => {
      const untilUs = atUs === lastUs ? toUs : atUs;
      while ((written.events[count]?.atUs ?? Infinity) <= untilUs) count += 1;
      return { fromUs: atUs, value: written.names[count - 1] };
    });
  }

  /** What `ink` names on its page. */
  strokesOf(page: BoardPage): readonly InkStroke[] {
    const written = this.#pages.get(pageKey(page));
    const count = page.ink === undefined ? 0 : (written?.names.indexOf(page.ink) ?? -1) + 1;
    const strokes = new Map<StrokeId, Omit<InkStroke, 'points'> & { readonly points: number[] }>();
    for (const { type, data } of written?.events.slice(0, count) ?? []) {
      if (type === 'inkRemoved') {
        if (data.strokeId === null) strokes.clear();
        else strokes.delete(data.strokeId);
        continue;
      }
      const { coursewareId: _coursewareId, page: _page, points, ...stroke } = data;
      const known = strokes.get(stroke.strokeId);
      if (known === undefined) strokes.set(stroke.strokeId, { ...stroke, points: [...points] });
      else known.points.push(...points);
    }
    return [...strokes.values()];
  }
}

/** Each names all events since the page was empty: what a number stands for in a recording never changes, it is only erased. */
function namesAfter(events: readonly InkEvent[]): (string | undefined)[] {
  const strokes = new Set<StrokeId>();
  let name: string | undefined;
  return events.map(({ n, type, data }) => {
    if (type === 'ink') strokes.add(data.strokeId);
    else if (data.strokeId === null) strokes.clear();
    else strokes.delete(data.strokeId);
    const isEmpty = strokes.size === 0;
    name = isEmpty ? undefined : createHash('sha256').update(`${name} ${n}`).digest('hex').slice(0, NAME_CHARS);
    return name;
  });
}

function wordsSvg(stroke: InkStroke & { readonly text: string }, size: PageSize): string {
  const { x, fontSize, lines } = drawnWords(stroke, size);
  const style = `font-family="sans-serif" font-size="${fontSize.toFixed(1)}" fill="${INK_COLOURS[stroke.colour]}"`;
  return lines
    .map(
      ({ text, y }) =>
        `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" xml:space="preserve" ${style}>${escapeMarkup(text)}</text>`,
    )
    .join('');
}

/** The strokes as a picture of a page's size: over it, or on white. */
export function inkSvg(strokes: readonly InkStroke[], size: PageSize, isOnWhite: boolean): string {
  const { width, height } = size;
  const paths = strokes.map((stroke) => {
    if (stroke.text !== undefined) return wordsSvg({ ...stroke, text: stroke.text }, size);
    const drawn = drawnInk(stroke, size);
    const style = `fill="none" stroke-width="${drawn.width.toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"`;
    return `<path d="${drawn.d}" stroke="${INK_COLOURS[stroke.colour]}" stroke-opacity="${drawn.opacity}" ${style}/>`;
  });
  const paper = isOnWhite ? `<rect width="${width}" height="${height}" fill="#fff"/>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${paper}${paths.join('')}</svg>`;
}
