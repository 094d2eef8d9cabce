import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowRight, Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { Pairing } from '../../../../signaling/protocol/rest/classrooms.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { AddLine } from './add-line.tsx';
import { DeskList } from './desk-list.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { useNotices } from './notices.tsx';
import desk from './desk.module.css';
import table from './table.module.css';

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
  const options = schools.map(({ schoolId, name }) => ({ value: schoolId, label: name }));
  const isSame = lecturing === listening;
  return (
    <AddLine
      create={create}
      isReady={!isSame}
      submit={t('addPairing')}
      conflict={t('pairingTaken')}
      icon={Link2}
      testId="add-pairing"
    >
      <SelectField label={t('lecturing')} value={lecturing} options={options} onChange={setLecturing} />
      <SelectField label={t('listening')} value={listening} options={options} onChange={setListening} />
      {isSame && <p className={desk.hint}>{t('pairingSame')}</p>}
    </AddLine>
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
      <td className={table.arrow}>
        <ArrowRight aria-hidden />
      </td>
      <td data-label={t('listening')}>{pairing.listeningSchoolName}</td>
      {isDistrict && (
        <td className={table.rowActions}>
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
      <p className={desk.hint}>{t('pairingsIntro')}</p>
      {isDistrict && <AddPairingForm />}
      <DeskList
        query={pairings}
        items={pairings.data}
        caption={t('tab_pairings')}
        columns={[t('lecturing'), null, t('listening')]}
        hasActions={isDistrict}
        wordsOf={(pairing) => `${pairing.lecturingSchoolName} ${pairing.listeningSchoolName}`}
        searchHint={t('searchPairings')}
        empty={<EmptyPanel title={t('noPairing')}>{!isDistrict && <p>{t('noPairingBody')}</p>}</EmptyPanel>}
        renderLine={(pairing) => <PairingLine key={pairing.pairingId} pairing={pairing} />}
      />
    </>
  );
}
