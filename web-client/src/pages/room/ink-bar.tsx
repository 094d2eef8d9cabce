import {
  Circle,
  Eraser,
  Highlighter,
  MoveUpRight,
  PenLine,
  Pencil,
  PencilOff,
  Slash,
  Square,
  Trash2,
  Type,
  Undo2,
  Users,
} from 'lucide-react';
import { INK_COLOURS } from '../../../../signaling/protocol/ink-path.ts';
import { InkColour, InkShape } from '../../../../signaling/protocol/ink.ts';
import type { InsideState } from '../../call/room-state.ts';
import { may } from '../../call/room-state.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { useCall } from './call-context.ts';
import type { InkPen, InkTool } from './use-ink-pen.ts';
import styles from './page-controls.module.css';

const TOOLS: readonly InkTool[] = [...InkShape.options, 'eraser'];
const TOOL_ICONS = {
  pen: PenLine,
  marker: Highlighter,
  line: Slash,
  arrow: MoveUpRight,
  box: Square,
  oval: Circle,
  text: Type,
  eraser: Eraser,
} as const satisfies Record<InkTool, unknown>;

/** What is written with. */
function ToolButtons({ pen }: { readonly pen: InkPen }) {
  const t = useText(coursewareText);
  return TOOLS.map((tool) => {
    const Icon = TOOL_ICONS[tool];
    return (
      <button
        key={tool}
        type="button"
        className={styles.colour}
        aria-label={t(`tool_${tool}`)}
        title={t(`tool_${tool}`)}
        aria-pressed={pen.tool === tool}
        onClick={({ detail }) => {
          pen.setTool(tool);
          // Pressed by key: nobody is going to point at a place.
          if (tool === 'text' && detail === 0) pen.words.beginByKey();
        }}
        data-testid={`ink-tool-${tool}`}
      >
        <Icon aria-hidden />
      </button>
    );
  });
}

interface InkBarProps {
  readonly state: InsideState;
  readonly shown: ShownPage;
  readonly pen: InkPen;
}

/** Pen and figures, colours, eraser, undo; for teachers also clearing the page and letting the class write. */
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
      {pen.isOn && <ToolButtons pen={pen} />}
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
          <Trash2 aria-hidden />
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
