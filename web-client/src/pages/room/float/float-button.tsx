import { PictureInPicture2 } from 'lucide-react';
import { floatText } from '../../../messages/float.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import type { Floating } from './use-floating.ts';
import styles from './float-button.module.css';

/** For who closed the panel, or shares the whole screen, where it does not come by itself. */
export function FloatButton({ floating, isSharing }: { readonly floating: Floating; readonly isSharing: boolean }) {
  const t = useText(floatText);
  if (!floating.isPossible || !isSharing || floating.window !== null) return null;
  return (
    <div className={styles.open}>
      <Button icon={PictureInPicture2} onClick={() => void floating.open()} data-testid="float-open">
        {t('open')}
      </Button>
      {floating.isExposed && <span>{t('openHint')}</span>}
    </div>
  );
}
