import type { InkStroke } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { InkLayer } from './ink-layer.tsx';
import type { InkPen } from './use-ink-pen.ts';
import { usePagePicture } from './use-page-picture.ts';
import styles from './page-view.module.css';

interface PictureProps {
  readonly shown: ShownPage;
  readonly pagesUrl: string;
  readonly saysLoading: boolean;
}

function Picture({ shown, pagesUrl, saysLoading }: PictureProps) {
  const t = useText(coursewareText);
  const { fileName, page, pageCount, size } = shown;
  const { src, isSharp, isLate } = usePagePicture({ pagesUrl, page, pageCount });
  return (
    <>
      <img
        src={src}
        alt={t('board', { name: fileName, n: page, all: pageCount })}
        width={size.width}
        height={size.height}
        data-sharp={isSharp}
      />
      {saysLoading && !isSharp && (
        <output className={styles.loading}>{t(isLate ? 'late' : 'loading', { n: page })}</output>
      )}
    </>
  );
}

export interface PageViewProps {
  readonly shown: ShownPage;
  readonly size: 'large' | 'small';
  readonly strokes: readonly InkStroke[];
  readonly pen?: InkPen;
  /** Where something else says it. */
  readonly isNumbered?: boolean;
}

/** The page that everybody sees, of a teacher's file or the whiteboard, with what is written on it. */
export function PageView({ shown, size, strokes, pen, isNumbered = true }: PageViewProps) {
  const t = useText(coursewareText);
  const { page, pageCount, pagesUrl } = shown;
  return (
    <figure className={styles.page} data-size={size} data-testid="page-view" data-page={page}>
      {pagesUrl !== null && <Picture {...{ shown, pagesUrl }} saysLoading={size === 'large'} />}
      <InkLayer {...{ shown, strokes, pen }} />
      {isNumbered && pageCount > 1 && (
        <figcaption aria-hidden className="tabular">
          {t('number', { n: page, all: pageCount })}
        </figcaption>
      )}
    </figure>
  );
}
