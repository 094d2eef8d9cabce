import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { SeatId } from '../../../../signaling/protocol/ids.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { InsideState } from '../../call/room-state.ts';
import { GAP_PX, packGrid, splitBoard, tilesPerPage } from './packing.ts';
import type { Area } from './packing.ts';
import { PageView } from './page-view.tsx';
import { ShownBoard } from './shown-board.tsx';
import { Tile } from './tile.tsx';
import { arrange, keyOf } from './tiles.ts';
import type { Arrangement, StageItem, TileModel, Wishes } from './tiles.ts';
import { useSize } from './use-size.ts';
import styles from './stage.module.css';

interface Pinning {
  readonly pinnedSeatId: SeatId | null;
  readonly onPin: (seatId: SeatId | null) => void;
}

function pinOf(tile: TileModel, { pinnedSeatId, onPin }: Pinning) {
  const isPinned = tile.seatId === pinnedSeatId;
  return { isPinned, onPin: () => onPin(isPinned ? null : tile.seatId) };
}

interface ItemProps {
  readonly item: StageItem;
  readonly size: 'large' | 'small';
  readonly pinning: Pinning;
  readonly state: InsideState;
}

function Item({ item, size, pinning, state }: ItemProps) {
  if (item !== 'page') return <Tile tile={item} size={size} {...pinOf(item, pinning)} />;
  const shown = state.tools.page;
  return shown === null ? null : <PageView shown={shown} size={size} strokes={state.tools.ink.strokes} />;
}

interface LayoutProps {
  readonly state: InsideState;
  readonly area: Area;
  readonly pinning: Pinning;
}

function Gallery(props: LayoutProps & { readonly tiles: readonly StageItem[] }) {
  const { tiles, area, pinning, state } = props;
  const t = useText(roomText);
  const [page, setPage] = useState(0);
  const perPage = tilesPerPage(area);
  const pages = Math.max(1, Math.ceil(tiles.length / perPage));
  const current = Math.min(page, pages - 1);
  const shown = tiles.slice(current * perPage, (current + 1) * perPage);
  const grid = packGrid(shown.length, area);
  return (
    <>
      <div
        className={styles.gallery}
        style={{
          gridTemplateColumns: `repeat(${grid.columns}, ${grid.tileWidth}px)`,
          gridAutoRows: `${grid.tileHeight}px`,
        }}
        data-testid="gallery"
      >
        {shown.map((tile) => (
          <Item key={keyOf(tile)} item={tile} size={grid.tileWidth < 320 ? 'small' : 'large'} {...{ pinning, state }} />
        ))}
      </div>
      {pages > 1 && (
        <nav className={styles.pager}>
          <button
            type="button"
            aria-label={t('previousPage')}
            disabled={current === 0}
            onClick={() => setPage(current - 1)}
          >
            <ChevronLeft aria-hidden />
          </button>
          <span className="tabular">
            {current + 1} / {pages}
          </span>
          <button
            type="button"
            aria-label={t('nextPage')}
            disabled={current === pages - 1}
            onClick={() => setPage(current + 1)}
          >
            <ChevronRight aria-hidden />
          </button>
        </nav>
      )}
    </>
  );
}

type Focus = Extract<Arrangement, { kind: 'focus' }>;

function FocusLayout(props: LayoutProps & { readonly arrangement: Focus }) {
  const { arrangement, area, pinning, state } = props;
  const t = useText(roomText);
  const { main, strip } = arrangement;
  const shown = state.tools.page;
  const split = splitBoard(area, strip.length);
  const isRow = split.direction === 'row';
  return (
    <div className={styles.focus} style={{ flexDirection: split.direction, gap: GAP_PX }} data-testid="focus">
      <div
        className={styles.main}
        style={{ width: split.main.width, gridTemplateRows: `minmax(0, ${split.main.height}px) auto` }}
        data-direction={split.direction}
      >
        {main === 'page' && shown !== null ? (
          <ShownBoard state={state} shown={shown} />
        ) : (
          <Item key={keyOf(main)} item={main} size="large" {...{ pinning, state }} />
        )}
      </div>
      {strip.length > 0 && (
        <section
          className={[styles.strip, isRow ? styles.stripRow : styles.stripColumn].join(' ')}
          style={isRow ? split.strip : { width: split.strip.width, minHeight: split.stripTile.height }}
          aria-label={t('otherTiles')}
        >
          {strip.map((tile) => (
            <div
              key={keyOf(tile)}
              style={{ width: split.stripTile.width, height: split.stripTile.height, flex: 'none' }}
            >
              <Item item={tile} size="small" {...{ pinning, state }} />
            </div>
          ))}
        </section>
      )}
    </div>
  );
}

export interface StageProps {
  readonly state: InsideState;
  readonly wishes: Wishes;
  readonly onPin: (seatId: SeatId | null) => void;
}

/** The lesson: a board and its lecturer, equal tiles, or whoever speaks. */
export function Stage({ state, wishes, onPin }: StageProps) {
  const t = useText(roomText);
  const { ref, area } = useSize<HTMLDivElement>();
  const arrangement = useMemo(() => arrange(state, wishes), [state, wishes]);
  const pinning = { pinnedSeatId: wishes.pinnedSeatId, onPin };
  return (
    <div ref={ref} className={styles.stage} data-testid="stage" data-layout={wishes.layout}>
      {arrangement.kind === 'empty' && <p className={styles.empty}>{t('nobodyOnStage')}</p>}
      {area.width > 0 && arrangement.kind === 'gallery' && (
        <Gallery tiles={arrangement.tiles} {...{ area, pinning, state }} />
      )}
      {area.width > 0 && arrangement.kind === 'focus' && (
        <FocusLayout arrangement={arrangement} {...{ area, pinning, state }} />
      )}
    </div>
  );
}
