import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { School, SchoolSettings } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { DeskList } from './desk-list.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { EditableText } from './editable-text.tsx';
import { FormFailure } from './form-failure.tsx';
import { RetentionField, type SettingsProps } from './retention-field.tsx';
import { useNotices } from './notices.tsx';
import desk from './desk.module.css';
import styles from './schools-section.module.css';
import table from './table.module.css';

const BEIJING = 'Asia/Shanghai';
const XINJIANG = 'Asia/Urumqi';

/** The two local times that schools in China live by, and whatever else a school has already. */
function useZones(current: string) {
  const t = useText(deskText);
  const known = [
    { value: BEIJING, label: t('zone_shanghai') },
    { value: XINJIANG, label: t('zone_urumqi') },
  ];
  return known.some((zone) => zone.value === current) ? known : [...known, { value: current, label: current }];
}

function SchoolForm({ onAdded }: { readonly onAdded: (school: School) => void }) {
  const t = useText(deskText);
  const refresh = useDeskRefresh();
  const [name, setName] = useState('');
  const [region, setRegion] = useState('');
  const [timeZone, setTimeZone] = useState(BEIJING);
  const zones = useZones(timeZone);
  const create = useMutation({
    mutationFn: () => callApi('createSchool', { body: { name, region, timeZone } }),
    onSuccess: async (school) => {
      await refresh('schools');
      onAdded(school);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate();
  };
  return (
    <form className={desk.form} onSubmit={submit} data-testid="school-form">
      <TextField
        label={t('schoolName')}
        name="name"
        value={name}
        maxLength={40}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={t('region')}
        name="region"
        hint={t('regionHint')}
        value={region}
        maxLength={40}
        onChange={(event) => setRegion(event.target.value)}
      />
      <SelectField label={t('timeZone')} value={timeZone} options={zones} onChange={setTimeZone} />
      {create.isError && <FormFailure error={create.error} conflict={t('schoolTaken')} />}
      <div className={desk.actions}>
        <Button look="primary" type="submit" busy={create.isPending} disabled={name.trim() === ''}>
          {t('addSchool')}
        </Button>
      </div>
    </form>
  );
}

/** A new district: nothing can be done before there is a school. */
export function FirstSchool({ onAdded }: { readonly onAdded: (school: School) => void }) {
  const t = useText(deskText);
  return (
    <EmptyPanel title={t('noSchool')}>
      <p>{t('noSchoolBody')}</p>
      <div className={styles.firstSchool}>
        <SchoolForm onAdded={onAdded} />
      </div>
    </EmptyPanel>
  );
}

const SETTINGS = [
  { key: 'recordsScheduledLessons', label: 'setting_records', hint: 'setting_recordsHint' },
  { key: 'showsPupilsInRecordings', label: 'setting_pupils', hint: 'setting_pupilsHint' },
  { key: 'publishesLecturerOnly', label: 'setting_lecturerOnly', hint: 'setting_lecturerOnlyHint' },
  { key: 'watermarksPlayback', label: 'setting_watermark', hint: 'setting_watermarkHint' },
  { key: 'allowsDownload', label: 'setting_download', hint: 'setting_downloadHint' },
  { key: 'reviewsRecordings', label: 'setting_review', hint: 'setting_reviewHint' },
  { key: 'allowsClassWall', label: 'setting_wall', hint: 'setting_wallHint' },
  { key: 'allowsLinks', label: 'setting_links', hint: 'setting_linksHint' },
] as const satisfies readonly { key: keyof SchoolSettings; label: string; hint: string }[];

type SchoolChange = Partial<Pick<School, 'name' | 'region' | 'timeZone'>> & {
  readonly settings?: Partial<SchoolSettings>;
};

function Settings(props: SettingsProps) {
  const t = useText(deskText);
  return (
    <fieldset className={styles.settings}>
      <legend>{t('settings')}</legend>
      {SETTINGS.map(({ key, label, hint }) => (
        <div key={key} className={styles.setting}>
          <input
            id={`setting-${key}`}
            type="checkbox"
            name={key}
            aria-describedby={`setting-${key}-hint`}
            checked={props.settings[key]}
            onChange={(event) => props.onChange({ [key]: event.target.checked })}
          />
          <div>
            <label htmlFor={`setting-${key}`}>{t(label)}</label>
            <p id={`setting-${key}-hint`}>{t(hint)}</p>
          </div>
        </div>
      ))}
      <RetentionField {...props} />
    </fieldset>
  );
}

function SchoolCard() {
  const t = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const zones = useZones(school.timeZone);
  const change = useMutation({
    mutationFn: (body: SchoolChange) => callApi('changeSchool', { params: { schoolId: school.schoolId }, body }),
    onSuccess: () => notices.say(t('saved')),
    onError: (error) => notices.fail(error, t('schoolTaken')),
    onSettled: () => refresh('schools'),
  });
  const save = async (body: SchoolChange): Promise<void> => {
    await change.mutateAsync(body);
  };
  const pending = change.isPending ? change.variables.settings : undefined;
  return (
    <article className={styles.card} aria-labelledby="own-school" data-testid="school-card">
      <h2 id="own-school">{school.name}</h2>
      <dl className={styles.facts}>
        <div>
          <dt>{t('schoolName')}</dt>
          <dd>
            <EditableText value={school.name} label={t('schoolName')} onSave={(name) => save({ name })} />
          </dd>
        </div>
        <div>
          <dt>{t('region')}</dt>
          <dd>
            <EditableText value={school.region} label={t('region')} allowsEmpty onSave={(region) => save({ region })} />
          </dd>
        </div>
      </dl>
      <SelectField
        label={t('timeZone')}
        value={school.timeZone}
        options={zones}
        onChange={(timeZone) => change.mutate({ timeZone })}
      />
      <Settings settings={{ ...school.settings, ...pending }} onChange={(settings) => change.mutate({ settings })} />
    </article>
  );
}

function SchoolLine({ school }: { readonly school: School }) {
  const t = useText(deskText);
  const { school: current, choose } = useDeskSchool();
  return (
    <tr data-testid="school" data-name={school.name}>
      <td data-label={t('schoolName')}>{school.name}</td>
      <td data-label={t('region')}>{school.region === '' ? '—' : school.region}</td>
      <td className={table.rowActions}>
        {school.schoolId === current.schoolId ? (
          <span className={desk.online}>{t('managing')}</span>
        ) : (
          <Button look="plain" onClick={() => choose(school.schoolId)}>
            {t('manage')}
          </Button>
        )}
      </td>
    </tr>
  );
}

function SchoolList() {
  const t = useText(deskText);
  const { administered } = useDeskSchool();
  const schools = useQuery(deskQueries.schools);
  return (
    <>
      <p className={desk.hint}>{t('schoolCount', { n: administered.length })}</p>
      <DeskList
        query={schools}
        items={administered}
        caption={t('tab_schools')}
        columns={[t('schoolName'), t('region')]}
        hasActions
        wordsOf={({ name, region }) => `${name} ${region}`}
        searchHint={t('searchSchools')}
        empty={null}
        renderLine={(school) => <SchoolLine key={school.schoolId} school={school} />}
      />
    </>
  );
}

export function SchoolsSection() {
  const t = useText(deskText);
  const { isDistrict, choose } = useDeskSchool();
  const notices = useNotices();
  const [isAdding, setAdding] = useState(false);
  return (
    <div className={styles.schools}>
      <SchoolCard />
      {isDistrict && (
        <div className={desk.stack}>
          <div className={desk.actions}>
            <Button icon={Plus} onClick={() => setAdding(true)} data-testid="add-school">
              {t('addSchool')}
            </Button>
          </div>
          <SchoolList />
        </div>
      )}
      <Dialog open={isAdding} onClose={() => setAdding(false)} title={t('addSchool')}>
        <SchoolForm
          onAdded={(school) => {
            setAdding(false);
            notices.say(t('added', { name: school.name }));
            choose(school.schoolId);
          }}
        />
      </Dialog>
    </div>
  );
}
