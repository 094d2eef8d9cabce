import { Camera, Images, PencilRuler } from 'lucide-react';
import { camerasText } from '../../messages/cameras.ts';
import { useText } from '../../text/text.ts';
import type { RoomControls } from './use-controls.ts';
import styles from './side-panel.module.css';

/** A teacher's face, what lies under the visualiser, or both; the key D goes from one to the next. */
export function CamerasChoice({ controls }: { readonly controls: RoomControls }) {
  const t = useText(camerasText);
  const choices = [
    { view: 'face', icon: Camera },
    { view: 'visualiser', icon: PencilRuler },
    { view: 'both', icon: Images },
  ] as const;
  return (
    <section className={styles.group}>
      <h3>{t('cameras')}</h3>
      <div className={styles.options}>
        {choices.map(({ view, icon: Icon }) => (
          <button
            key={view}
            type="button"
            className={styles.option}
            aria-pressed={controls.cameras.view === view}
            onClick={() => controls.cameras.show(view)}
            data-testid={`cameras-${view}`}
          >
            <Icon aria-hidden /> {t(view)}
          </button>
        ))}
      </div>
    </section>
  );
}
