import { expect, test } from 'vitest';
import { TILE_ASPECT, packGrid, splitBoard, tilesPerPage } from './packing.ts';

const LAPTOP = { width: 1350, height: 640 };
const PHONE = { width: 382, height: 660 };

test('a grid holds every tile inside its area at 16:9', () => {
  for (const area of [LAPTOP, PHONE, { width: 1900, height: 960 }]) {
    for (let count = 1; count <= 25; count += 1) {
      const grid = packGrid(count, area);
      expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
      expect(grid.columns * grid.tileWidth + (grid.columns - 1) * 8).toBeLessThanOrEqual(area.width);
      expect(grid.rows * grid.tileHeight + (grid.rows - 1) * 8).toBeLessThanOrEqual(area.height);
      expect(Math.abs(grid.tileWidth / grid.tileHeight - TILE_ASPECT)).toBeLessThan(0.03);
    }
  }
});

test('two tiles lie side by side on a laptop and one above the other on a phone', () => {
  expect(packGrid(2, LAPTOP).columns).toBe(2);
  expect(packGrid(2, PHONE).columns).toBe(1);
});

test('tiles are as large as the area allows', () => {
  expect(packGrid(4, LAPTOP)).toEqual({ columns: 2, rows: 2, tileWidth: 561, tileHeight: 315 });
  expect(packGrid(5, LAPTOP)).toMatchObject({ columns: 3, rows: 2 });
  expect(packGrid(9, LAPTOP)).toMatchObject({ columns: 3, rows: 3 });
});

test('an area without room packs without numbers that are none', () => {
  expect(packGrid(4, { width: 0, height: 0 }).tileWidth).toBe(0);
  expect(tilesPerPage({ width: 0, height: 0 })).toBe(1);
});

test('the board takes at least three quarters of a wide area', () => {
  for (const width of [900, 1350, 1900, 2600]) {
    const split = splitBoard({ width, height: 700 }, 3);
    expect(split.direction).toBe('row');
    expect(split.main.width).toBeGreaterThanOrEqual(width * 0.75 - 1);
    expect(split.main.width + split.strip.width + 8).toBe(width);
  }
});

test('on an upright phone the board is 16:9 on top and tiles lie below, two a line', () => {
  const split = splitBoard(PHONE, 3);
  expect(split.direction).toBe('column');
  expect(split.main).toEqual({ width: 382, height: Math.round(382 / TILE_ASPECT) });
  expect(split.stripTile.width * 2 + 8).toBeLessThanOrEqual(PHONE.width);
  expect(split.main.height + split.strip.height + 8).toBe(PHONE.height);
});

test('a lone picture has the whole area, on an upright phone 16:9 of it', () => {
  expect(splitBoard(PHONE, 0).main).toEqual({ width: 382, height: 215 });
  expect(splitBoard(LAPTOP, 0).main).toEqual(LAPTOP);
});
