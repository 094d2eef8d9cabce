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
  /** The strip of small tiles beside or below the large one; in a column it has two tiles a line. */
  readonly strip: Area;
  readonly stripTile: Area;
}

const STRIP_SHARE = 0.2;
const STRIP_LEAST_PX = 160;
const STRIP_MOST_PX = 320;
const NONE: Area = { width: 0, height: 0 };

const tileOfWidth = (width: number): Area => ({ width, height: Math.round(width / TILE_ASPECT) });

/** One large picture and small ones; on a wide area the large one gets at least three quarters of the width. */
export function splitBoard(area: Area, stripCount: number): Split {
  const isColumn = area.width < area.height;
  if (stripCount === 0) {
    // A lone face on an upright phone would lose both ears if it filled the height.
    const main = isColumn ? tileOfWidth(area.width) : area;
    return { direction: isColumn ? 'column' : 'row', main, strip: NONE, stripTile: NONE };
  }
  if (isColumn) {
    const stripTile = tileOfWidth(Math.floor((area.width - GAP_PX) / 2));
    // The large picture is 16:9 at the top; it gives way only so far that one line of tiles is left.
    const mainHeight = Math.min(Math.round(area.width / TILE_ASPECT), area.height - stripTile.height - GAP_PX);
    const main = { width: area.width, height: Math.max(0, mainHeight) };
    return {
      direction: 'column',
      main,
      strip: { width: area.width, height: area.height - main.height - GAP_PX },
      stripTile,
    };
  }
  const share = Math.min(STRIP_MOST_PX, Math.max(STRIP_LEAST_PX, area.width * STRIP_SHARE));
  const width = Math.floor(Math.min(share, area.width / 4 - GAP_PX));
  return {
    direction: 'row',
    main: { width: area.width - width - GAP_PX, height: area.height },
    strip: { width, height: area.height },
    stripTile: tileOfWidth(width),
  };
}
