import type { InkStroke } from '../../../../signaling/protocol/ink.ts';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { InkLayer } from './ink-layer.tsx';
import type { InkPen } from './use-ink-pen.ts';
import { usePagePicture } from './use-page-picture.ts';
import { WordsField } from './words-field.tsx';
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

/** What is typed on the page, for who does not see it: the drawing says nothing. */
function WordsRead({ strokes }: { readonly strokes: readonly InkStroke[] }) {
  const words = strokes.filter(({ text }) => text !== undefined);
  if (words.length === 0) return null;
  return (
    <ul className="visually-hidden">
      {words.map(({ strokeId, text }) => (
        <li key={strokeId}>{text}</li>
      ))}
    </ul>
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
      <WordsRead strokes={strokes} />
      {pen?.isOn === true && <WordsField words={pen.words} size={shown.size} />}
      {isNumbered && pageCount > 1 && (
        <figcaption aria-hidden className="tabular">
          {t('number', { n: page, all: pageCount })}
        </figcaption>
      )}
    </figure>
  );
}
