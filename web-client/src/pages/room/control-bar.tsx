import { Menu } from '@base-ui/react/menu';
import {
  Ellipsis,
  Hand,
  LogOut,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  SlidersHorizontal,
  Users,
  Video,
  VideoOff,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { orderText } from '../../messages/class-order.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import type { RoomControls } from './use-controls.ts';
import type { Panel } from './side-panel.tsx';
import styles from './control-bar.module.css';

interface Item {
  readonly id: string;
  readonly icon: LucideIcon;
  readonly label: string;
  /** On or off; undefined for a button that only does something. */
  readonly pressed?: boolean;
  /** Something that is off and would be on in the good case is red. */
  readonly alarming?: boolean;
  readonly count?: number;
  readonly onPress: () => void;
}

export interface ControlBarProps {
  readonly controls: RoomControls;
  readonly panel: Panel | null;
  readonly onPanel: (panel: Panel) => void;
  readonly onLeave: () => void;
  readonly attention: { readonly people: number; readonly chat: number };
  readonly isFaded: boolean;
  /** There is nobody to talk to. */
  readonly isAlone: boolean;
  /** A hand is a call to the teacher there. */
  readonly isInGroup: boolean;
}

type T = Translate<typeof roomText>;
type OrderWords = Translate<typeof orderText>;

function microphoneItem({ on, isShut, toggle }: RoomControls['microphone'], t: T, order: OrderWords): Item {
  const isHeard = on && !isShut;
  const label = isShut ? order('microphoneShut') : on ? t('mute') : t('unmute');
  return {
    id: 'microphone',
    icon: isHeard ? Mic : MicOff,
    label,
    pressed: isHeard,
    alarming: !isHeard,
    onPress: toggle,
  };
}

function handWords(isRaised: boolean, isInGroup: boolean, t: T): string {
  if (isRaised) return t('lowerHand');
  return isInGroup ? t('callTeacher') : t('raiseHand');
}

const cameraItem = (id: 'camera' | 'wall', { on, toggle }: RoomControls['camera'], t: T): Item => ({
  id,
  icon: on ? Video : VideoOff,
  label: on ? t('cameraOff') : t('cameraOn'),
  pressed: on,
  onPress: toggle,
});

/** What this seat may send or raise; what it may not is not there. */
function ownItems({ controls, isInGroup }: ControlBarProps, t: T, order: OrderWords): Item[] {
  const { may, microphone, camera, wall, screen, hand } = controls;
  const items: (Item | false)[] = [
    may.microphone && microphoneItem(microphone, t, order),
    may.camera && { ...cameraItem('camera', camera, t), alarming: !camera.on },
    may.wall && cameraItem('wall', wall, t),
    may.screen && {
      id: 'screen',
      icon: screen.on ? MonitorX : MonitorUp,
      label: screen.on ? t('stopShare') : t('share'),
      pressed: screen.on,
      onPress: screen.toggle,
    },
    may.hand && {
      id: 'hand',
      icon: Hand,
      label: handWords(hand.on, isInGroup, t),
      pressed: hand.on,
      onPress: hand.toggle,
    },
  ];
  return items.filter((item) => item !== false);
}

function panelItems({ panel, onPanel, attention, isAlone }: ControlBarProps, t: T): Item[] {
  const item = (id: Panel, icon: LucideIcon, count: number): Item => ({
    id,
    icon,
    label: t(id),
    pressed: panel === id,
    count,
    onPress: () => onPanel(id),
  });
  const others = [item('people', Users, attention.people), item('chat', MessageSquare, attention.chat)];
  return [...(isAlone ? [] : others), item('tools', SlidersHorizontal, 0)];
}

function BarButton({ item, isExtra }: { readonly item: Item; readonly isExtra: boolean }) {
  const t = useText(roomText);
  const { icon: Icon, count = 0 } = item;
  return (
    <button
      type="button"
      className={[styles.button, item.alarming === true ? styles.alarming : '', isExtra ? styles.extra : ''].join(' ')}
      onClick={item.onPress}
      {...(item.pressed === undefined ? {} : { 'aria-pressed': item.pressed })}
      data-testid={`control-${item.id}`}
    >
      <Icon aria-hidden />
      <span>{item.label}</span>
      {count > 0 && (
        <>
          <b aria-hidden>{count > 99 ? '99+' : count}</b>
          <span className="visually-hidden">{t('attention', { n: count })}</span>
        </>
      )}
    </button>
  );
}

const FIRST_ON_PHONE = 4;

/** One bar: at most eight buttons; on a phone the first four and "more". */
export function ControlBar(props: ControlBarProps) {
  const t = useText(roomText);
  const order = useText(orderText);
  const items = [...ownItems(props, t, order), ...panelItems(props, t)];
  const extra = items.slice(FIRST_ON_PHONE);
  const waitingInMore = extra.reduce((sum, item) => sum + (item.count ?? 0), 0);
  return (
    <div
      className={[styles.bar, props.isFaded ? styles.faded : ''].join(' ')}
      role="toolbar"
      aria-label={t('controls')}
      data-testid="control-bar"
    >
      {items.map((item, index) => (
        <BarButton key={item.id} item={item} isExtra={index >= FIRST_ON_PHONE} />
      ))}
      {extra.length > 0 && (
        <Menu.Root>
          <Menu.Trigger className={[styles.button, styles.more].join(' ')} data-testid="control-more">
            <Ellipsis aria-hidden />
            <span>{t('more')}</span>
            {waitingInMore > 0 && <b aria-hidden>{waitingInMore}</b>}
          </Menu.Trigger>
          <Menu.Portal className="stage">
            <Menu.Positioner sideOffset={8} side="top">
              <Menu.Popup className={styles.menu}>
                {extra.map((item) => (
                  <Menu.Item key={item.id} className={styles.item} onClick={item.onPress}>
                    <item.icon aria-hidden /> {item.label}
                    {(item.count ?? 0) > 0 && <b>{item.count}</b>}
                  </Menu.Item>
                ))}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      )}
      <button
        type="button"
        className={[styles.button, styles.leave].join(' ')}
        onClick={props.onLeave}
        data-testid="control-leave"
      >
        <LogOut aria-hidden />
        <span>{t('leave')}</span>
      </button>
    </div>
  );
}
