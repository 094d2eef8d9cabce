import { createHash } from 'node:crypto';
import type { StrokeId } from '../../../signaling/protocol/ids.ts';
import { INK_UNITS, type InkColour, type InkStroke } from '../../../signaling/protocol/ink.ts';
import type { PageSize } from '../../../signaling/protocol/rest/courseware.ts';
import type { RecordingEvent } from '../../contract.ts';
import type { BoardPage } from './board-pages.ts';

/** What is written appears in steps: each is a cut, and a run of ffmpeg. */
const STEP_US = 4_000_000;
/** Of a page's width. */
const LINE = 0.004;
const COLOURS: Readonly<Record<InkColour, string>> = {
  black: '#111827',
  red: '#dc2626',
  blue: '#1d4ed8',
  green: '#15803d',
};

/** Instants at which what is written may change. */
export function inkSteps(events: readonly RecordingEvent[]): readonly number[] {
  return events
    .filter(({ type }) => type === 'ink' || type === 'inkRemoved')
    .map(({ atUs }) => Math.ceil(atUs / STEP_US) * STEP_US);
}

/** What is written on a page at an instant, as far as the last step. */
export function strokesAt(
  events: readonly RecordingEvent[],
  { coursewareId, page }: BoardPage,
  atUs: number,
): readonly InkStroke[] {
  const untilUs = Math.floor(atUs / STEP_US) * STEP_US;
  const strokes = new Map<StrokeId, InkStroke>();
  for (const event of events) {
    if (event.atUs > untilUs || (event.type !== 'ink' && event.type !== 'inkRemoved')) continue;
    if (event.data.coursewareId !== coursewareId || event.data.page !== page) continue;
    if (event.type === 'ink') {
      const { strokeId, seatId, colour, points } = event.data;
      const known = strokes.get(strokeId);
      // A stroke comes in hundreds of parts: copying it for each of them would take longer than the film.
      if (known === undefined) strokes.set(strokeId, { strokeId, seatId, colour, points: [...points] });
      else known.points.push(...points);
    } else if (event.data.strokeId === null) strokes.clear();
    else strokes.delete(event.data.strokeId);
  }
  return [...strokes.values()];
}

/** Undefined where nothing is written. */
export const inkName = (strokes: readonly InkStroke[]): string | undefined =>
  strokes.length === 0 ? undefined : createHash('sha256').update(JSON.stringify(strokes)).digest('hex').slice(0, 24);

/** The strokes as a picture of a page's size: over it, or on white. */
export function inkSvg(strokes: readonly InkStroke[], { width, height }: PageSize, isOnWhite: boolean): string {
  const style = `fill="none" stroke-width="${width * LINE}" stroke-linecap="round" stroke-linejoin="round"`;
  const paths = strokes.map(({ colour, points }) => {
    const at = (index: number): string =>
      `${Math.round(((points[index] ?? 0) / INK_UNITS) * width)} ${Math.round(((points[index + 1] ?? 0) / INK_UNITS) * height)}`;
    const rest = Array.from({ length: points.length / 2 }, (_, index) => `L${at(index * 2)}`).join('');
    return `<path d="M${at(0)}${rest}" stroke="${COLOURS[colour]}" ${style}/>`;
  });
  const paper = isOnWhite ? `<rect width="${width}" height="${height}" fill="#fff"/>` : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${paper}${paths.join('')}</svg>`;
}
