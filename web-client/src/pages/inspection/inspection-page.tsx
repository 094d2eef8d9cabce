import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import { WALL_SIZE } from '../../../../signaling/protocol/rest/inspection.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { inspectionText } from '../../messages/inspection.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { InspectionNotes } from './notes-panel.tsx';
import { WallTile } from './wall-tile.tsx';
import styles from './inspection.module.css';

const REFRESH_MS = 10_000;

interface PagerProps {
  readonly page: number;
  readonly pages: number;
  readonly onPage: (page: number) => void;
}

function Pager({ page, pages, onPage }: PagerProps) {
  const t = useText(inspectionText);
  if (pages < 2) return null;
  return (
    <nav className={styles.pager} aria-label={t('page', { page: page + 1, pages })}>
      <Button
        icon={ChevronLeft}
        aria-label={t('before')}
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
        data-testid="wall-before"
      />
      <span className="tabular" aria-live="polite">
        {t('page', { page: page + 1, pages })}
      </span>
      <Button
        icon={ChevronRight}
        aria-label={t('next')}
        disabled={page + 1 >= pages}
        onClick={() => onPage(page + 1)}
        data-testid="wall-next"
      />
    </nav>
  );
}

/** On a phone it opens out of sight. */
const intoView = (element: HTMLElement | null): void => element?.scrollIntoView({ block: 'nearest' });

function Wall({ lessons }: { readonly lessons: readonly LessonSummary[] }) {
  const t = useText(inspectionText);
  const [chosenId, setChosenId] = useState<LessonId | null>(null);
  const chosen = lessons.find(({ lessonId }) => lessonId === chosenId);
  return (
    <div className={styles.wall} data-notes={chosen !== undefined}>
      <div className={styles.tiles} data-testid="wall" data-count={lessons.length}>
        {lessons.map((lesson) => (
          <WallTile
            key={lesson.lessonId}
            lesson={lesson}
            isChosen={lesson.lessonId === chosenId}
            onChoose={() => setChosenId(lesson.lessonId === chosenId ? null : lesson.lessonId)}
          />
        ))}
      </div>
      {chosen !== undefined && (
        <aside
          ref={intoView}
          className={styles.aside}
          aria-label={t('notesOf', { title: chosen.title })}
          data-testid="notes-panel"
        >
          <header>
            <h2>{t('notesOf', { title: chosen.title })}</h2>
            <Button look="plain" icon={X} aria-label={t('close')} onClick={() => setChosenId(null)} />
          </header>
          <InspectionNotes key={chosen.lessonId} lessonId={chosen.lessonId} />
        </aside>
      )}
    </div>
  );
}

/** 巡课: the lessons that run now, as many at once as fit a wall. */
export default function InspectionPage() {
  const t = useText(inspectionText);
  const { warmDevice } = useServices();
  useEffect(() => void warmDevice.warm(), [warmDevice]);
  const [wanted, setWanted] = useState(0);
  const live = useQuery({
    queryKey: ['inspection', wanted],
    queryFn: ({ signal }) =>
      callApi('listLiveLessons', { query: { offset: wanted * WALL_SIZE, limit: WALL_SIZE } }, signal),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });
  const total = live.data?.total ?? 0;
  const pages = Math.max(1, Math.ceil(total / WALL_SIZE));
  // Lessons end; a page that is not there any more is the last one.
  const page = Math.min(wanted, pages - 1);
  if (page !== wanted && live.data !== undefined && !live.isPlaceholderData) setWanted(page);
  return (
    <Page title={t('title')} width="wide">
      <header className={styles.head}>
        <div>
          <h1>{t('title')}</h1>
          <p className={styles.hint}>{t('about', { n: WALL_SIZE })}</p>
        </div>
        <div className={styles.count}>
          <span>{t('count', { n: total })}</span>
          <Pager page={page} pages={pages} onPage={setWanted} />
        </div>
      </header>
      <Answer of={live} height={480}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyPanel title={t('nobody')}>
              <p>{t('nobodyBody')}</p>
            </EmptyPanel>
          ) : (
            <Wall lessons={items} />
          )
        }
      </Answer>
    </Page>
  );
}
