import { useEffect } from 'react';
import { shellText } from '../messages/shell.ts';
import { useText } from '../text/text.ts';

/** The tab says where one is; a screen reader says it first. */
export function useTitle(title: string): void {
  const t = useText(shellText);
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
}
