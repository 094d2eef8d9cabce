import { useSession } from '../../api/queries.ts';
import { devicesText } from '../../messages/devices.ts';
import { useText } from '../../text/text.ts';
import { Banner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { DeviceCheck } from '../room/device-check.tsx';
import { usePreviews } from '../room/use-preview.ts';
import styles from './check-page.module.css';

/** The same check as before a lesson, for whoever wants to be sure the day before. */
export default function DeviceCheckPage() {
  const t = useText(devicesText);
  const isTeacher = useSession().data?.roles.some(({ role }) => role === 'teacher') ?? false;
  const previews = usePreviews(isTeacher);
  return (
    <Page title={t('title')} width="narrow">
      <h1 className={styles.title}>{t('title')}</h1>
      <DeviceCheck previews={previews} isTeacher={isTeacher} />
      {previews.camera.kind === 'on' && previews.microphone.kind === 'on' && (
        <div className={styles.result}>
          <Banner tone="calm">{t('allGood')}</Banner>
        </div>
      )}
    </Page>
  );
}
