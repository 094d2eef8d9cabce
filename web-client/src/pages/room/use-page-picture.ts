import { useEffect, useState } from 'react';
import type { ShownPage } from '../../../../signaling/protocol/pages.ts';
import { coursewarePageName } from '../../../../signaling/protocol/rest/courseware.ts';
import { PageLoader } from '../../courseware/page-loader.ts';

/** So long the page before stays: then the small picture, which is there at once on any line, is better than a wrong one. */
const PATIENCE_MS = 250;
const LATE_MS = 4_000;
const RETRY_MS = 2_000;

export interface PagePicture {
  readonly src: string;
  /** False while the small picture, or the page before, stands for it. */
  readonly isSharp: boolean;
  readonly isLate: boolean;
}

type PictureOf = Pick<ShownPage, 'page' | 'pageCount'> & { readonly pagesUrl: string };

interface Wait {
  readonly url: string;
  readonly stage: 'short' | 'long' | 'late';
}

/** The picture of the page that is shown; asked for again and again when the line fails, and the next one ahead of time. */
export function usePagePicture({ pagesUrl, page, pageCount }: PictureOf): PagePicture {
  const url = `${pagesUrl}${coursewarePageName(page, 'page')}`;
  const nextUrl = page < pageCount ? `${pagesUrl}${coursewarePageName(page + 1, 'page')}` : null;
  const [loader] = useState(() => new PageLoader());
  useEffect(() => () => loader.close(), [loader]);
  const [loaded, setLoaded] = useState<string | null>(null);
  const [wait, setWait] = useState<Wait>({ url, stage: 'short' });
  useEffect(() => {
    let isOver = false;
    const timers: ReturnType<typeof setTimeout>[] = [];
    const later = (run: () => void, ms: number): void => void timers.push(setTimeout(run, ms));
    const load = (): void => {
      loader.show(url).then(
        () => {
          if (isOver) return;
          setLoaded(url);
          if (nextUrl !== null) loader.prefetch(nextUrl);
        },
        () => {
          if (!isOver) later(load, RETRY_MS);
        },
      );
    };
    load();
    later(() => setWait({ url, stage: 'long' }), PATIENCE_MS);
    later(() => setWait({ url, stage: 'late' }), LATE_MS);
    return () => {
      isOver = true;
      for (const timer of timers) clearTimeout(timer);
    };
  }, [loader, url, nextUrl]);
  const stage = wait.url === url ? wait.stage : 'short';
  const isSharp = loaded === url;
  const meanwhile = stage === 'short' && loaded !== null ? loaded : `${pagesUrl}${coursewarePageName(page, 'thumb')}`;
  return { src: isSharp ? url : meanwhile, isSharp, isLate: !isSharp && stage === 'late' };
}
