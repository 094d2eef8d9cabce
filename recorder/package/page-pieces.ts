import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import { SlideIndex } from '../../signaling/protocol/slide-index.ts';
import { objectKeys, resolveKey } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { without, type Span } from '../produce/source/presence.ts';
import { fetchFile } from '../produce/source/stored-files.ts';

/** A still picture that stands on the board for a while, in session time. */
export interface PagePiece extends Span {
  readonly path: string;
  readonly isStill: true;
}

/** The pages of a lesson's board (courseware, whiteboard) as they were shown; of which nothing moves, they are no track. */
export interface BoardPages {
  readonly width: number;
  readonly height: number;
  readonly pieces: readonly PagePiece[];
}

/**
 * The stills of pages that lie beside an index; undefined while there are none.
 *
 * @param folder exists; the pictures are written there.
 */
export async function fetchBoardPages(
  store: ObjectStore,
  indexKey: string,
  folder: string,
  signal: AbortSignal,
): Promise<BoardPages | undefined> {
  const slidesKey = objectKeys.slidesBeside(indexKey);
  const index = await readSlides(store, slidesKey);
  if (index === undefined || index.clock !== 'session') return undefined;
  const pieces: PagePiece[] = [];
  for (const [number, { atUs, uri, pageUntilUs }] of index.slides.entries()) {
    if (uri === null || pageUntilUs === undefined) continue;
    const toUs = Math.min(pageUntilUs, index.slides[number + 1]?.atUs ?? Infinity);
    if (toUs <= atUs) continue;
    const path = join(folder, `page-${number}.webp`);
    await fetchFile(store, resolveKey(slidesKey, uri), path, signal);
    pieces.push({ path, isStill: true, fromUs: atUs, toUs });
  }
  return pieces.length === 0 ? undefined : { width: index.width, height: index.height, pieces };
}

/** What of the pages is seen beside what moves: a shared screen is the board alone. */
export function besideMoving(pages: readonly PagePiece[], moving: readonly Span[]): readonly PagePiece[] {
  return pages.flatMap((page) => without([page], moving).map((span) => ({ ...page, ...span })));
}

async function readSlides(store: ObjectStore, key: string): Promise<SlideIndex | undefined> {
  try {
    return SlideIndex.parse(JSON.parse((await store.getBuffer(key)).body.toString('utf8')));
  } catch (error) {
    if (error instanceof AppError && error.code === 'notFound') return undefined;
    throw error;
  }
}
