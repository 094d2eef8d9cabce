import { useEffect, useRef } from 'react';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './live-room.module.css';

export interface ShortcutDeeds {
  readonly microphone: () => void;
  readonly camera: () => void;
  readonly cameras: () => void;
  readonly share: () => void;
  readonly hand: () => void;
  readonly people: () => void;
  readonly chat: () => void;
  readonly tools: () => void;
  readonly fullscreen: () => void;
  readonly close: () => void;
  readonly help: () => void;
}

const KEYS: Readonly<Record<string, keyof ShortcutDeeds>> = {
  m: 'microphone',
  v: 'camera',
  d: 'cameras',
  s: 'share',
  h: 'hand',
  p: 'people',
  c: 'chat',
  t: 'tools',
  f: 'fullscreen',
  escape: 'close',
  '?': 'help',
};

const types = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Single keys, except while somebody writes. */
export function useShortcuts(deeds: ShortcutDeeds): void {
  const current = useRef(deeds);
  useEffect(() => {
    current.current = deeds;
  });
  useEffect(() => {
    const handle = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isComposing(event) || event.defaultPrevented) return;
      if (types(event.target) && event.key !== 'Escape') return;
      const deed = KEYS[event.key.toLowerCase()];
      if (deed === undefined || event.repeat) return;
      event.preventDefault();
      current.current[deed]();
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, []);
}

export function ShortcutHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const t = useText(roomText);
  const lines = [
    ['M', t('key_mic')],
    [t('space'), t('key_talk')],
    ['V', t('key_camera')],
    ['D', t('key_cameras')],
    ['S', t('key_share')],
    ['H', t('key_hand')],
    ['P', t('key_people')],
    ['C', t('key_chat')],
    ['T', t('key_tools')],
    ['F', t('key_fullscreen')],
    ['PgUp / PgDn', t('key_pages')],
    ['Esc', t('key_close')],
    ['?', t('key_help')],
  ] as const;
  return (
    <Dialog open={isOpen} onClose={onClose} title={t('shortcuts')} dark>
      <dl className={styles.keys}>
        {lines.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
