import { ChevronLeft, ChevronRight, MonitorPlay } from 'lucide-react';
import { useState } from 'react';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import type { CoursewareItem } from '../../../../signaling/protocol/rest/courseware.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { neighboursOf } from '../../courseware/page-order.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { phoneText } from '../../messages/phone.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { useCall } from '../room/call-context.ts';
import { EndDialog } from '../room/end-dialogs.tsx';
import { PageView } from '../room/page-view.tsx';
import styles from './phone.module.css';

interface LeadProps {
  readonly state: InsideState;
  readonly files: readonly CoursewareItem[];
}

function ShownNow({ state, files, shown }: LeadProps & { readonly shown: ShownPage }) {
  const t = useText(coursewareText);
  const { tools } = useCall().actions;
  const { previous, next } = neighboursOf(shown, files);
  const { width, height } = shown.size;
  return (
    <>
      <div style={{ aspectRatio: `${width} / ${height}` }}>
        <PageView shown={shown} size="large" strokes={state.tools.ink.strokes} />
      </div>
      <div className={styles.turning} role="toolbar" aria-label={t('controls')}>
        <Button
          size="l"
          icon={ChevronLeft}
          disabled={previous === null}
          onClick={() => previous !== null && void tools.showPage(previous, files)}
          data-testid="phone-page-previous"
        >
          {t('previous')}
        </Button>
        <Button
          size="l"
          icon={ChevronRight}
          disabled={next === null}
          onClick={() => next !== null && void tools.showPage(next, files)}
          data-testid="phone-page-next"
        >
          {t('next')}
        </Button>
      </div>
    </>
  );
}

/** The pages of the lesson: turned, or another file put on the board. */
function Pages({ state, files }: LeadProps) {
  const t = useText(coursewareText);
  const { tools } = useCall().actions;
  const shown = state.tools.page;
  const others = files.filter(
    ({ coursewareId, pages }) => pages.length > 0 && coursewareId !== (shown?.coursewareId ?? null),
  );
  return (
    <>
      {shown !== null && <ShownNow state={state} files={files} shown={shown} />}
      {others.map(({ coursewareId, fileName }) => (
        <div key={coursewareId} className={styles.foot}>
          <span className={styles.fileName}>{fileName}</span>
          <Button
            icon={MonitorPlay}
            aria-label={t('showFile', { name: fileName })}
            onClick={() => void tools.showPage({ coursewareId, page: 1 }, files)}
            data-testid="phone-page-show"
          >
            {t('show')}
          </Button>
        </div>
      ))}
    </>
  );
}

/** Whoever has taken the lesson over from the phone (SPEC O8) turns its pages, and ends it. */
export function PhoneLead({ state, files }: LeadProps) {
  const t = useText(phoneText);
  const room = useText(roomText);
  const [isEnding, setEnding] = useState(false);
  if (state.self.seat !== 'lecturer') return null;
  return (
    <section className={styles.card} data-testid="phone-leads">
      <h2>{t('leads')}</h2>
      <p className={styles.soft}>{t('leadsBody')}</p>
      {may(state, 'showPages') && <Pages state={state} files={files} />}
      {may(state, 'endLesson') && (
        <Button look="danger" size="l" onClick={() => setEnding(true)} data-testid="phone-end">
          {room('endForAll')}
        </Button>
      )}
      <EndDialog state={state} isOpen={isEnding} onClose={() => setEnding(false)} isOnStage={false} />
    </section>
  );
}
