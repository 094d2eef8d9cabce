import { useMutation } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { homeText } from '../../messages/home.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import { MadeLink } from '../../ui/made-link.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import styles from './home-page.module.css';

function InvitationForm({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(homeText);
  const [seat, setSeat] = useState<'guardian' | 'guest'>('guardian');
  const invitation = useMutation({
    mutationFn: () => callApi('createInvitation', { params: { lessonId }, body: { seat } }),
  });
  const url = invitation.data?.url;
  return (
    <div className={styles.form}>
      <SelectField
        label={t('inviteFor')}
        value={seat}
        options={[
          { value: 'guardian', label: t('seat_guardian') },
          { value: 'guest', label: t('seat_guest') },
        ]}
        onChange={(value) => setSeat(value === 'guest' ? 'guest' : 'guardian')}
      />
      {invitation.isError && <FailureBanner error={invitation.error} />}
      {url === undefined ? (
        <Button
          look="primary"
          busy={invitation.isPending}
          onClick={() => invitation.mutate()}
          data-testid="make-invitation"
        >
          {t('inviteMake')}
        </Button>
      ) : (
        <MadeLink url={url} label={t('invite')} copy={t('copy')} copied={t('copied')} testId="invitation-url" />
      )}
    </div>
  );
}

export function InvitationButton(props: { readonly lessonId: LessonId; readonly isDark?: boolean }) {
  const { lessonId, isDark = false } = props;
  const t = useText(homeText);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size={isDark ? 'm' : 'l'} icon={UserPlus} onClick={() => setOpen(true)} data-testid="invite">
        {t('invite')}
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={t('inviteTitle')}
        description={t('inviteBody')}
        dark={isDark}
      >
        <InvitationForm lessonId={lessonId} />
      </Dialog>
    </>
  );
}
