import { useMutation } from '@tanstack/react-query';
import { Check, Copy, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { homeText } from '../../messages/home.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import styles from './home-page.module.css';

function InvitationForm({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(homeText);
  const [seat, setSeat] = useState<'guardian' | 'guest'>('guardian');
  const [isCopied, setCopied] = useState(false);
  const invitation = useMutation({
    mutationFn: () => callApi('createInvitation', { params: { lessonId }, body: { seat } }),
  });
  const url = invitation.data?.url;
  const copy = async (): Promise<void> => {
    if (url === undefined) return;
    // Without HTTPS there is no clipboard; the field stays selected for copying by hand.
    await navigator.clipboard?.writeText(url).then(
      () => setCopied(true),
      () => undefined,
    );
  };
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
        <>
          <TextField
            label={t('invite')}
            value={url}
            readOnly
            data-testid="invitation-url"
            onFocus={(event) => event.target.select()}
          />
          <Button look="primary" icon={isCopied ? Check : Copy} onClick={() => void copy()}>
            {isCopied ? t('copied') : t('copy')}
          </Button>
        </>
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
