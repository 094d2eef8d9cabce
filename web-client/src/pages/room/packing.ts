/** How tiles fill an area. Pure geometry, in CSS pixels. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

export const TILE_ASPECT = 16 / 9;
export const GAP_PX = 8;

/** Equal tiles of 16:9, as large as the area allows. */
export function packGrid(count: number, area: Area, gap = GAP_PX): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = (area.width - gap * (columns - 1)) / columns;
    const height = (area.height - gap * (rows - 1)) / rows;
    const tileWidth = Math.floor(Math.max(0, Math.min(width, height * TILE_ASPECT)));
    if (tileWidth > best.tileWidth) {
      best = { columns, rows, tileWidth, tileHeight: Math.floor(tileWidth / TILE_ASPECT) };
    }
  }
  return best;
}

/** How many tiles a page of the gallery holds before faces get too small to read. */
export function tilesPerPage(area: Area): number {
  const leastWidth = area.width < 600 ? 150 : 220;
  const columns = Math.max(1, Math.floor((area.width + GAP_PX) / (leastWidth + GAP_PX)));
  const rows = Math.max(1, Math.floor((area.height + GAP_PX) / (leastWidth / TILE_ASPECT + GAP_PX)));
  return Math.max(1, Math.min(25, columns * rows));
}

export interface Split {
  /** Side by side, or one above the other (a phone held upright). */
  readonly direction: 'row' | 'column';
  readonly main: Area;
  /** Length of the strip across the main picture: its width in a row, its height in a column. */
  readonly strip: number;
  /** Height (row) or width (column) of one tile of the strip. */
  readonly stripTile: Area;
}

const STRIP_SHARE = 0.2;
const STRIP_LEAST_PX = 160;
const STRIP_MOST_PX = 320;
const COLUMN_STRIP_PX = 96;

/** One large picture and a strip of small ones; the large one gets at least three quarters of the width. */
export function splitBoard(area: Area, stripCount: number): Split {
  if (stripCount === 0) return { direction: 'row', main: area, strip: 0, stripTile: { width: 0, height: 0 } };
  if (area.width < area.height) {
    const tileHeight = COLUMN_STRIP_PX;
    return {
      direction: 'column',
      main: { width: area.width, height: Math.max(0, area.height - tileHeight - GAP_PX) },
      strip: tileHeight,
      stripTile: { width: Math.round(tileHeight * TILE_ASPECT), height: tileHeight },
    };
  }
  const share = Math.min(STRIP_MOST_PX, Math.max(STRIP_LEAST_PX, area.width * STRIP_SHARE));
  const strip = Math.floor(Math.min(share, area.width / 4 - GAP_PX));
  return {
    direction: 'row',
    main: { width: area.width - strip - GAP_PX, height: area.height },
    strip,
    stripTile: { width: strip, height: Math.round(strip / TILE_ASPECT) },
  };
}
