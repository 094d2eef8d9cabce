import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { usePagePicture } from './use-page-picture.ts';
import styles from './page-view.module.css';

/** The page of a teacher's file that everybody sees. */
export function PageView({ shown, size }: { readonly shown: ShownPage; readonly size: 'large' | 'small' }) {
  const t = useText(coursewareText);
  const { src, isSharp, isLate } = usePagePicture(shown);
  const { fileName, page, pageCount } = shown;
  return (
    <figure className={styles.page} data-size={size} data-testid="page-view" data-page={page} data-sharp={isSharp}>
      <img
        src={src}
        alt={t('board', { name: fileName, n: page, all: pageCount })}
        width={shown.size.width}
        height={shown.size.height}
      />
      {size === 'large' && !isSharp && (
        <output className={styles.loading}>{t(isLate ? 'late' : 'loading', { n: page })}</output>
      )}
      {pageCount > 1 && (
        <figcaption aria-hidden className="tabular">
          {t('number', { n: page, all: pageCount })}
        </figcaption>
      )}
    </figure>
  );
}
