import { Eraser, Pencil, PencilOff, Undo2, Users } from 'lucide-react';
import { InkColour } from '../../../../signaling/protocol/ink.ts';
import type { InsideState } from '../../call/room-state.ts';
import { may } from '../../call/room-state.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { useCall } from './call-context.ts';
import { INK_COLOURS } from './ink-layer.tsx';
import type { InkPen } from './use-ink-pen.ts';
import styles from './page-controls.module.css';

interface InkBarProps {
  readonly state: InsideState;
  readonly shown: ShownPage;
  readonly pen: InkPen;
}

/** Pen, colours, undo; for teachers also clearing the page and letting the class write. */
export function InkBar({ state, shown, pen }: InkBarProps) {
  const t = useText(coursewareText);
  const { tools } = useCall().actions;
  const { strokes, isOpen } = state.tools.ink;
  const teaches = may(state, 'showPages');
  const own = strokes.findLast(({ seatId }) => seatId === state.self.seatId);
  const place = { coursewareId: shown.coursewareId, page: shown.page };
  const Pen = pen.isOn ? PencilOff : Pencil;
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('ink')} data-testid="ink-bar">
      <button type="button" aria-pressed={pen.isOn} onClick={pen.toggle} data-testid="ink-pen">
        <Pen aria-hidden />
        <span>{pen.isOn ? t('penOff') : t('pen')}</span>
      </button>
      {pen.isOn &&
        InkColour.options.map((colour) => (
          <button
            key={colour}
            type="button"
            className={styles.colour}
            aria-label={t(`colour_${colour}`)}
            aria-pressed={pen.colour === colour}
            onClick={() => pen.setColour(colour)}
            data-testid={`ink-${colour}`}
          >
            <i style={{ background: INK_COLOURS[colour] }} />
          </button>
        ))}
      {pen.isOn && (
        <button
          type="button"
          disabled={own === undefined}
          onClick={() => own !== undefined && void tools.undoInk(place, own.strokeId)}
          data-testid="ink-undo"
        >
          <Undo2 aria-hidden />
          <span className={styles.wide}>{t('undo')}</span>
        </button>
      )}
      {teaches && strokes.length > 0 && (
        <button type="button" onClick={() => void tools.clearInk(place)} data-testid="ink-clear">
          <Eraser aria-hidden />
          <span className={styles.wide}>{t('clear')}</span>
        </button>
      )}
      {teaches && (
        <button
          type="button"
          aria-pressed={isOpen}
          onClick={() => void tools.setInkOpen(!isOpen)}
          data-testid="ink-open"
        >
          <Users aria-hidden />
          <span className={styles.wide}>{isOpen ? t('close') : t('open')}</span>
        </button>
      )}
    </div>
  );
}
