import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FileUp, MonitorPlay, Trash2 } from 'lucide-react';
import { COURSEWARE_MAX_BYTES, COURSEWARE_MAX_PAGES } from '../../../signaling/protocol/rest/courseware.ts';
import type { CoursewareItem } from '../../../signaling/protocol/rest/courseware.ts';
import { callApi } from '../api/api.ts';
import { coursewareText } from '../messages/courseware.ts';
import { useText } from '../text/text.ts';
import { Answer } from '../ui/answer.tsx';
import { Button } from '../ui/button.tsx';
import { FileButton } from '../ui/file-button.tsx';
import { Banner, FailureBanner } from '../ui/panels.tsx';
import { ProgressBar } from '../ui/progress-bar.tsx';
import { coursewareQuery, thumbUrl } from './courseware-query.ts';
import type { PagePlace } from './page-order.ts';
import { useCoursewareUpload } from './use-courseware-upload.ts';
import styles from './courseware-panel.module.css';

const LIMITS = { mb: COURSEWARE_MAX_BYTES / 1024 / 1024, pages: COURSEWARE_MAX_PAGES };
const ACCEPTED =
  '.pdf,.ppt,.pptx,.odp,application/pdf,image/jpeg,image/png,image/webp,application/vnd.openxmlformats-officedocument.presentationml.presentation';

export interface CoursewarePanelProps {
  readonly lessonId: string;
  /** While the lesson runs: puts a page on the board. */
  readonly onShow?: ((place: PagePlace) => void) | undefined;
  readonly shown?: PagePlace | null;
}

/** A teacher's files for a lesson: add, look through, show, delete. */
export function CoursewarePanel(props: CoursewarePanelProps) {
  const t = useText(coursewareText);
  const files = useQuery(coursewareQuery(props.lessonId));
  return (
    <Answer of={files} height={160}>
      {(items) => (
        <div className={styles.panel} data-testid="courseware">
          <Upload lessonId={props.lessonId} />
          {items.length === 0 && <p className={styles.empty}>{t('empty')}</p>}
          <ul className={styles.files}>
            {items.map((item) => (
              <File key={item.coursewareId} item={item} {...props} />
            ))}
          </ul>
        </div>
      )}
    </Answer>
  );
}

function Upload({ lessonId }: { readonly lessonId: string }) {
  const t = useText(coursewareText);
  const { sending, refused, add } = useCoursewareUpload(lessonId);
  const percent = `${Math.round((sending?.fraction ?? 0) * 100)} %`;
  return (
    <div className={styles.upload}>
      <FileButton
        look="primary"
        icon={FileUp}
        busy={sending !== null}
        multiple
        accept={ACCEPTED}
        testId="courseware-file"
        onFiles={(files) => void add(files)}
      >
        {t('add')}
      </FileButton>
      <p className={styles.hint}>{t('hint', LIMITS)}</p>
      {sending !== null && (
        <div className={styles.sending}>
          <output>{t('sending', { name: sending.name, percent })}</output>
          <ProgressBar label={sending.name} value={sending.fraction} />
        </div>
      )}
      {refused.map(({ name, why }) => (
        <Banner key={name} tone="bad">
          {t(why, { name, ...LIMITS })}
        </Banner>
      ))}
    </div>
  );
}

interface FileProps extends CoursewarePanelProps {
  readonly item: CoursewareItem;
}

function File({ item, lessonId, onShow, shown = null }: FileProps) {
  const t = useText(coursewareText);
  const client = useQueryClient();
  const { coursewareId, fileName: name, state } = item;
  const isShown = shown?.coursewareId === coursewareId;
  const removal = useMutation({
    mutationFn: () => callApi('removeCourseware', { params: { coursewareId } }),
    onSettled: () => client.invalidateQueries({ queryKey: coursewareQuery(lessonId).queryKey }),
  });
  return (
    <li className={styles.file} data-testid="courseware-item" data-state={state}>
      <div className={styles.head}>
        <div className={styles.facts}>
          <strong>{name}</strong>
          <StateLine item={item} isShown={isShown} />
        </div>
        {state === 'ready' && onShow !== undefined && !isShown && (
          <Button
            icon={MonitorPlay}
            aria-label={t('showFile', { name })}
            onClick={() => onShow({ coursewareId, page: 1 })}
            data-testid="courseware-show"
          >
            {t('show')}
          </Button>
        )}
        {state !== 'preparing' && !isShown && (
          <Button
            look="plain"
            icon={Trash2}
            busy={removal.isPending}
            aria-label={t('removeFile', { name })}
            onClick={() => removal.mutate()}
          >
            {t('remove')}
          </Button>
        )}
      </div>
      {removal.error !== null && <FailureBanner error={removal.error} />}
      <Thumbs item={item} onShow={onShow} shown={shown} />
    </li>
  );
}

function StateLine({ item, isShown }: { readonly item: CoursewareItem; readonly isShown: boolean }) {
  const t = useText(coursewareText);
  if (item.state === 'failed') {
    return (
      <span className={styles.failed} role="alert">
        {t(`failed_${item.failure ?? 'unknown'}`, LIMITS)}
      </span>
    );
  }
  if (item.state === 'receiving') return <span>{t('receiving')}</span>;
  if (item.state === 'preparing') return <output>{t('preparing', { n: item.pagesDone })}</output>;
  const pages = t('pageCount', { n: item.pages.length });
  return <span className={isShown ? styles.shown : ''}>{isShown ? `${t('onBoard')} · ${pages}` : pages}</span>;
}

/** Every page small; in a lesson a press shows it to everybody. */
export function Thumbs({ item, onShow, shown }: Pick<FileProps, 'item' | 'onShow' | 'shown'>) {
  const t = useText(coursewareText);
  const { coursewareId, fileName: name, pages } = item;
  if (pages.length === 0) return null;
  return (
    <ol className={styles.thumbs}>
      {pages.map((size, index) => {
        const page = index + 1;
        const isShown = shown?.coursewareId === coursewareId && shown.page === page;
        const picture = (
          <img
            src={thumbUrl(item, page)}
            alt={t('pageOf', { name, n: page })}
            width={size.width}
            height={size.height}
            loading="lazy"
          />
        );
        return (
          <li key={page} data-shown={isShown}>
            {onShow === undefined ? (
              picture
            ) : (
              <button
                type="button"
                aria-label={t('showPage', { name, n: page })}
                aria-current={isShown ? 'page' : undefined}
                onClick={() => onShow({ coursewareId, page })}
                data-testid={`thumb-${page}`}
              >
                {picture}
              </button>
            )}
            <span aria-hidden className="tabular">
              {page}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
