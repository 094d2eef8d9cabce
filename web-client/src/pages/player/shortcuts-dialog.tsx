import { playerText } from '../../messages/player.ts';
import { useText } from '../../text/text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import styles from './player.module.css';

const SHORTCUTS = [
  [['空格', 'K'], 'key_play'],
  [['J', 'L'], 'key_ten'],
  [['←', '→'], 'key_five'],
  [['↑', '↓'], 'key_volume'],
  [['M'], 'key_mute'],
  [['F'], 'key_full'],
  [['C'], 'key_captions'],
  [['S'], 'key_swap'],
  [['V'], 'key_layout'],
  [['X'], 'key_silence'],
  [['N'], 'key_side'],
  [['[', ']'], 'key_chapter'],
  [['<', '>'], 'key_speed'],
  [['0', '…', '9'], 'key_percent'],
  [['?'], 'key_help'],
] as const;

export function ShortcutsDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const t = useText(playerText);
  return (
    <Dialog open={isOpen} onClose={onClose} title={t('shortcuts')} dark>
      <dl className={styles.keys} data-testid="player-shortcut-list">
        {SHORTCUTS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
