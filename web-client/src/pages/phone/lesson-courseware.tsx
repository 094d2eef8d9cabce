import { coursewarePageName } from '../../../../signaling/protocol/rest/courseware.ts';
import type { CoursewareItem } from '../../../../signaling/protocol/rest/courseware.ts';
import { phoneText } from '../../messages/phone.ts';
import { useText } from '../../text/text.ts';
import styles from './phone.module.css';

function File({ file }: { readonly file: CoursewareItem }) {
  const t = useText(phoneText);
  const { fileName, pages, pagesUrl } = file;
  if (pagesUrl === null) return <p className={styles.soft}>{t('preparing', { name: fileName })}</p>;
  return (
    <details className={styles.file} data-testid="phone-courseware">
      <summary>{t('pages', { name: fileName, n: pages.length })}</summary>
      <div className={styles.pictures}>
        {pages.map(({ width, height }, index) => (
          <img
            // Pages have no name but their number.
            key={`${file.coursewareId}-${String(index)}`}
            src={`${pagesUrl}${coursewarePageName(index + 1, 'page')}`}
            width={width}
            height={height}
            loading="lazy"
            alt={t('page', { name: fileName, n: index + 1 })}
          />
        ))}
      </div>
    </details>
  );
}

/** What will be on the board, before class. */
export function LessonCourseware({ files }: { readonly files: readonly CoursewareItem[] }) {
  const t = useText(phoneText);
  if (files.length === 0) return <p className={styles.soft}>{t('noCourseware')}</p>;
  return (
    <div>
      {files.map((file) => (
        <File key={file.coursewareId} file={file} />
      ))}
    </div>
  );
}
