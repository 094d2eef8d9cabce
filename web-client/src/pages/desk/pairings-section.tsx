import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowRight, Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { Pairing } from '../../../../signaling/protocol/rest/classrooms.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import styles from './desk.module.css';

function AddPairingForm() {
  const t = useText(deskText);
  const { school, schools } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [lecturing, setLecturing] = useState<string>(school.schoolId);
  const [listening, setListening] = useState<string>(
    schools.find((other) => other.schoolId !== school.schoolId)?.schoolId ?? school.schoolId,
  );
  const create = useMutation({
    mutationFn: () =>
      callApi('createPairing', {
        body: { lecturingSchoolId: SchoolId.parse(lecturing), listeningSchoolId: SchoolId.parse(listening) },
      }),
    onSuccess: async (pairing) => {
      notices.say(
        t('added', { name: t('pairingOf', { a: pairing.lecturingSchoolName, b: pairing.listeningSchoolName }) }),
      );
      await refresh('pairings', 'classrooms');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  const options = schools.map(({ schoolId, name }) => ({ value: schoolId, label: name }));
  const isSame = lecturing === listening;
  return (
    <form className={styles.addLine} onSubmit={submit} data-testid="add-pairing">
      <SelectField label={t('lecturing')} value={lecturing} options={options} onChange={setLecturing} />
      <SelectField label={t('listening')} value={listening} options={options} onChange={setListening} />
      <Button look="primary" type="submit" icon={Link2} busy={create.isPending} disabled={isSame}>
        {t('addPairing')}
      </Button>
      {isSame && <p className={styles.hint}>{t('pairingSame')}</p>}
      {create.isError && <FormFailure error={create.error} conflict={t('pairingTaken')} />}
    </form>
  );
}

function PairingLine({ pairing }: { readonly pairing: Pairing }) {
  const t = useText(deskText);
  const { isDistrict } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { pairingId, lecturingSchoolId, listeningSchoolId } = pairing;
  const name = t('pairingOf', { a: pairing.lecturingSchoolName, b: pairing.listeningSchoolName });
  const restore = async (): Promise<void> => {
    try {
      await callApi('createPairing', { body: { lecturingSchoolId, listeningSchoolId } });
      notices.say(t('restored', { name }));
    } catch (error) {
      notices.fail(error, t('pairingTaken'));
    }
    await refresh('pairings', 'classrooms');
  };
  const remove = useMutation({
    mutationFn: () => callApi('deletePairing', { params: { pairingId } }),
    onSuccess: () => notices.say(t('removed', { name }), () => void restore()),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('pairings', 'classrooms'),
  });
  return (
    <tr data-testid="pairing">
      <td data-label={t('lecturing')}>{pairing.lecturingSchoolName}</td>
      <td className={styles.arrow}>
        <ArrowRight aria-hidden />
      </td>
      <td data-label={t('listening')}>{pairing.listeningSchoolName}</td>
      {isDistrict && (
        <td className={styles.rowActions}>
          <Button
            look="plain"
            icon={Trash2}
            aria-label={t('removeOf', { name })}
            busy={remove.isPending}
            onClick={() => remove.mutate()}
          />
        </td>
      )}
    </tr>
  );
}

export function PairingsSection() {
  const t = useText(deskText);
  const { isDistrict } = useDeskSchool();
  const pairings = useQuery(deskQueries.pairings);
  return (
    <>
      <p className={styles.hint}>{t('pairingsIntro')}</p>
      {isDistrict && <AddPairingForm />}
      {pairings.data === undefined ? (
        pairings.isError ? (
          <FailurePanel error={pairings.error} onRetry={() => void pairings.refetch()} />
        ) : (
          <Skeleton height={200} />
        )
      ) : pairings.data.length === 0 ? (
        <EmptyPanel title={t('noPairing')}>{!isDistrict && <p>{t('noPairingBody')}</p>}</EmptyPanel>
      ) : (
        <table className={styles.table}>
          <caption className="visually-hidden">{t('tab_pairings')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('lecturing')}</th>
              <td aria-hidden />
              <th scope="col">{t('listening')}</th>
              {isDistrict && (
                <th scope="col">
                  <span className="visually-hidden">{t('actions')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {pairings.data.map((pairing) => (
              <PairingLine key={pairing.pairingId} pairing={pairing} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
