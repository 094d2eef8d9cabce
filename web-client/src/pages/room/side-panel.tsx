import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { panelText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import styles from './side-panel.module.css';

export type Panel = 'people' | 'chat' | 'tools';

export interface SidePanelProps {
  readonly title: string;
  readonly panel: Panel;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** At the side on a desk, a sheet from below on a phone; never over the controls. */
export function SidePanel({ title, panel, onClose, children }: SidePanelProps) {
  const t = useText(panelText);
  return (
    <aside className={styles.panel} aria-label={title} data-testid={`panel-${panel}`}>
      <header className={styles.head}>
        <h2>{title}</h2>
        <button type="button" onClick={onClose} aria-label={t('closePanel')} data-testid="panel-close">
          <X aria-hidden />
        </button>
      </header>
      {children}
    </aside>
  );
}
