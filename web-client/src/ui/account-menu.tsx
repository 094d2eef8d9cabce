import { Menu } from '@base-ui/react/menu';
import { CalendarPlus, KeyRound, LogOut, MonitorCheck, UserRound, Wifi } from 'lucide-react';
import { useLocation } from 'wouter';
import { callApi } from '../api/api.ts';
import { useSessionChange } from '../api/queries.ts';
import { shellText } from '../messages/shell.ts';
import { useText } from '../text/text.ts';
import styles from './page.module.css';

export default function AccountMenu({ name }: { readonly name: string }) {
  const t = useText(shellText);
  const [, navigate] = useLocation();
  const changeSession = useSessionChange();
  const signOut = async (): Promise<void> => {
    await callApi('signOut').catch(() => undefined);
    changeSession(null);
    navigate('/sign-in');
  };
  return (
    <Menu.Root>
      <Menu.Trigger className={styles.iconLink} aria-label={t('account', { name })} data-testid="account-menu">
        <UserRound aria-hidden />
        <span>{name}</span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={8} align="end">
          <Menu.Popup className={styles.menu}>
            <Menu.Item className={styles.item} onClick={() => navigate('/devices')}>
              <MonitorCheck aria-hidden /> {t('checkDevices')}
            </Menu.Item>
            <Menu.Item className={styles.item} onClick={() => navigate('/check')}>
              <Wifi aria-hidden /> {t('checkConnection')}
            </Menu.Item>
            <Menu.Item className={styles.item} onClick={() => navigate('/calendar')} data-testid="calendar-links">
              <CalendarPlus aria-hidden /> {t('calendarLinks')}
            </Menu.Item>
            <Menu.Item className={styles.item} onClick={() => navigate('/password')} data-testid="change-password">
              <KeyRound aria-hidden /> {t('changePassword')}
            </Menu.Item>
            <Menu.Item className={styles.item} onClick={() => void signOut()} data-testid="sign-out">
              <LogOut aria-hidden /> {t('signOut')}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
