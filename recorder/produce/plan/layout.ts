/** The picture of the finished lesson and how places are dealt out on it. */
export const CANVAS_WIDTH = 1920;
export const CANVAS_HEIGHT = 1080;

const LARGE_WIDTH = 1536;
const LARGE_HEIGHT = 864;
const TILE_WIDTH = 384;
const TILE_HEIGHT = 216;
const COLUMN_TILES = 5;
const ROW_TILES = 4;
export const MAX_SIDE_TILES = COLUMN_TILES + ROW_TILES;
export const MAX_GALLERY_TILES = 16;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The large place first, then the tiles: down the right side, beside the large place; from the sixth on along the bottom too. The
 * large place does not move while up to five tiles come and go.
 */
export function largeAndTiles(tiles: number): readonly Rect[] {
  if (tiles === 0) return [{ x: 0, y: 0, width: CANVAS_WIDTH, height: CANVAS_HEIGHT }];
  const count = Math.min(tiles, MAX_SIDE_TILES);
  const largeY = count > COLUMN_TILES ? 0 : (CANVAS_HEIGHT - LARGE_HEIGHT) / 2;
  const columnY = count < COLUMN_TILES ? largeY : 0;
  const column = Array.from({ length: Math.min(count, COLUMN_TILES) }, (_, index) =>
    tileAt(LARGE_WIDTH, columnY + index * TILE_HEIGHT),
  );
  const row = Array.from({ length: Math.max(0, count - COLUMN_TILES) }, (_, index) =>
    tileAt(index * TILE_WIDTH, LARGE_HEIGHT),
  );
  return [{ x: 0, y: largeY, width: LARGE_WIDTH, height: LARGE_HEIGHT }, ...column, ...row];
}

function tileAt(x: number, y: number): Rect {
  return { x, y, width: TILE_WIDTH, height: TILE_HEIGHT };
}

/** Equal 16:9 places, as large as they can be; the last row is centred. */
export function gallery(tiles: number): readonly Rect[] {
  const count = Math.min(tiles, MAX_GALLERY_TILES);
  if (count === 0) return [];
  const columns = bestColumns(count);
  const rows = Math.ceil(count / columns);
  const width = galleryWidth(columns, rows);
  const height = even((width * 9) / 16);
  const top = even((CANVAS_HEIGHT - rows * height) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = even((CANVAS_WIDTH - inRow * width) / 2);
    return { x: left + (index % columns) * width, y: top + row * height, width, height };
  });
}

function bestColumns(count: number): number {
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1) {
    if (galleryWidth(columns, Math.ceil(count / columns)) > galleryWidth(best, Math.ceil(count / best))) best = columns;
  }
  return best;
}

function galleryWidth(columns: number, rows: number): number {
  return even(Math.min(CANVAS_WIDTH / columns, ((CANVAS_HEIGHT / rows) * 16) / 9));
}

/** 4:2:0 pictures have even places and sizes. */
function even(value: number): number {
  return Math.floor(value / 2) * 2;
}
