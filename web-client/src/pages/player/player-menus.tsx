import { Menu } from '@base-ui/react/menu';
import { Check, Gauge, LayoutPanelLeft } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { playerText } from '../../messages/player.ts';
import type { Layout } from '../../player/player-memory.ts';
import type { ViewsState } from '../../player/views-playback.ts';
import { useText } from '../../text/text.ts';
import { SPEEDS } from './use-player-keys.ts';
import styles from './control-bar.module.css';

interface PlayerMenuProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly text?: string;
  readonly testId: string;
  /** What the menu is about is on. */
  readonly isOn?: boolean;
  readonly children: ReactNode;
}

export function PlayerMenu({ label, icon: Icon, text, testId, isOn = false, children }: PlayerMenuProps) {
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.control} aria-label={label} title={label} data-on={isOn} data-testid={testId}>
        <Icon aria-hidden />
        {text !== undefined && <span className="tabular">{text}</span>}
      </Menu.Trigger>
      <Menu.Portal className="stage">
        <Menu.Positioner side="top" sideOffset={12} collisionPadding={8} className={styles.positioner}>
          <Menu.Popup className={styles.menu}>{children}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

export function Choice({
  value,
  testId,
  children,
}: {
  readonly value: string | number;
  readonly testId?: string;
  readonly children: ReactNode;
}) {
  return (
    <Menu.RadioItem closeOnClick value={value} className={styles.item} data-testid={testId}>
      <span className={styles.tick}>
        <Menu.RadioItemIndicator>
          <Check aria-hidden />
        </Menu.RadioItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  );
}

export interface SpeedMenuProps {
  readonly rate: number;
  readonly onRate: (rate: number) => void;
  /** Null where nobody can tell what is silence. */
  readonly skipsSilence: boolean | null;
  readonly onSkipSilence: () => void;
}

export function SpeedMenu({ rate, onRate, skipsSilence, onSkipSilence }: SpeedMenuProps) {
  const t = useText(playerText);
  return (
    <PlayerMenu label={t('speed')} icon={Gauge} text={`${rate}×`} testId="player-speed">
      <Menu.RadioGroup value={rate} onValueChange={(value: number) => onRate(value)}>
        {SPEEDS.map((speed) => (
          <Choice key={speed} value={speed} testId={`player-speed-${speed}`}>
            {speed === 1 ? t('speedNormal') : `${speed}×`}
          </Choice>
        ))}
      </Menu.RadioGroup>
      {skipsSilence !== null && (
        <Menu.CheckboxItem
          closeOnClick
          checked={skipsSilence}
          onCheckedChange={onSkipSilence}
          className={[styles.item, styles.apart].join(' ')}
          data-testid="player-skip-silence"
        >
          <span className={styles.tick}>
            <Menu.CheckboxItemIndicator>
              <Check aria-hidden />
            </Menu.CheckboxItemIndicator>
          </span>
          {t('skipSilence')}
        </Menu.CheckboxItem>
      )}
    </PlayerMenu>
  );
}

export interface LayoutMenuProps {
  readonly layout: Layout;
  readonly layouts: readonly Layout[];
  readonly views: ViewsState | null;
  readonly secondView: string;
  readonly onLayout: (layout: Layout) => void;
  readonly onSecondView: (view: string) => void;
}

export function LayoutMenu(props: LayoutMenuProps) {
  const { layout, layouts, views, secondView, onLayout, onSecondView } = props;
  const t = useText(playerText);
  const others = views?.choices.filter(({ view }) => view !== 'board') ?? [];
  return (
    <PlayerMenu label={t('layout')} icon={LayoutPanelLeft} testId="player-layout">
      <Menu.RadioGroup value={layout} onValueChange={(value: Layout) => onLayout(value)}>
        {layouts.map((each) => (
          <Choice key={each} value={each} testId={`player-layout-${each}`}>
            {t(`layout_${each}`)}
          </Choice>
        ))}
      </Menu.RadioGroup>
      {layout !== 'film' && others.length > 1 && (
        <Menu.Group>
          <Menu.GroupLabel className={styles.groupLabel}>{t('secondPicture')}</Menu.GroupLabel>
          <Menu.RadioGroup value={secondView} onValueChange={(value: string) => onSecondView(value)}>
            {others.map(({ view, displayName }) => (
              <Choice key={view} value={view} testId={`player-second-${view}`}>
                {view === 'lecturer' ? `${displayName}（${t('lecturer')}）` : displayName}
              </Choice>
            ))}
          </Menu.RadioGroup>
        </Menu.Group>
      )}
    </PlayerMenu>
  );
}
