import { ChevronLeft, ChevronRight, LayoutGrid, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { Thumbs } from '../../courseware/courseware-panel.tsx';
import { neighboursOf } from '../../courseware/page-order.ts';
import type { PagePlace } from '../../courseware/page-order.ts';
import { useCoursewareFiles } from '../../courseware/use-courseware-files.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { useCall } from './call-context.ts';
import styles from './page-controls.module.css';

/** Presenters (翻页笔) are keyboards that send these. */
const KEYS: Readonly<Record<string, 'previous' | 'next'>> = {
  PageUp: 'previous',
  ArrowLeft: 'previous',
  ArrowUp: 'previous',
  PageDown: 'next',
  ArrowRight: 'next',
  ArrowDown: 'next',
};

const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="radiogroup"]') !==
    null;

function usePageKeys(turn: (direction: 'previous' | 'next') => void): void {
  const current = useRef(turn);
  useEffect(() => {
    current.current = turn;
  });
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => {
      const direction = KEYS[event.key];
      if (direction === undefined || event.defaultPrevented || event.repeat) return;
      if (event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target)) return;
      event.preventDefault();
      current.current(direction);
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, []);
}

/** A teacher turns the pages, by buttons, keys, or a press on a small one. */
export function PageControls({ shown, lessonId }: { readonly shown: ShownPage; readonly lessonId: string }) {
  const t = useText(coursewareText);
  const { tools } = useCall().actions;
  const files = useCoursewareFiles(lessonId);
  const [isOpen, setOpen] = useState(false);
  const { previous, next } = neighboursOf(shown, files);
  const show = (place: PagePlace | null): void => {
    if (place !== null) void tools.showPage(place, files);
  };
  usePageKeys((direction) => show(direction === 'next' ? next : previous));
  const file = files.find(({ coursewareId }) => coursewareId === shown.coursewareId);
  return (
    <div className={styles.pages} data-testid="page-controls">
      {isOpen && file !== undefined && (
        <div className={styles.overview}>
          <Thumbs item={file} shown={shown} onShow={show} />
        </div>
      )}
      <div className={styles.bar} role="toolbar" aria-label={t('controls')}>
        <button type="button" disabled={previous === null} onClick={() => show(previous)} data-testid="page-previous">
          <ChevronLeft aria-hidden />
          <span>{t('previous')}</span>
        </button>
        <output className="tabular">{t('number', { n: shown.page, all: shown.pageCount })}</output>
        <button type="button" disabled={next === null} onClick={() => show(next)} data-testid="page-next">
          <span>{t('next')}</span>
          <ChevronRight aria-hidden />
        </button>
        <button
          type="button"
          aria-expanded={isOpen}
          disabled={file === undefined}
          onClick={() => setOpen(!isOpen)}
          data-testid="page-overview"
        >
          <LayoutGrid aria-hidden />
          <span className={styles.wide}>{t('overview')}</span>
        </button>
        <button type="button" onClick={() => void tools.hidePage()} data-testid="page-hide">
          <X aria-hidden />
          <span className={styles.wide}>{t('hide')}</span>
        </button>
      </div>
    </div>
  );
}
