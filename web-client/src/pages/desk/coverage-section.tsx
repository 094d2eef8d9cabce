import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import type { SchoolCoverage } from '../../../../signaling/protocol/rest/coverage.ts';
import type { School } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { coverageText } from '../../messages/desk-coverage.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import statistics from '../player/statistics.module.css';
import { CoverageChart } from './coverage-chart.tsx';
import { districtRows, schoolRows } from './coverage-export.ts';
import { currentTerm, hasAnything, hoursOf, lastDays } from './coverage-words.ts';
import type { CoverageDates } from './coverage-words.ts';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { latestDate } from './school-days.ts';
import { downloadCsv } from './sheet.ts';
import desk from './desk.module.css';
import styles from './coverage.module.css';

type Words = Translate<typeof coverageText>;

const HOUR_MS = 3_600_000;
const LAST_DAYS = 'last';

const percent = (share: number): string => `${Math.round(share * 100)}%`;
const tookPart = ({ classrooms }: SchoolCoverage): number => classrooms.filter(({ lessons }) => lessons > 0).length;
const hours = (t: Words, ms: number): string => t('hours', { n: hoursOf(ms) });
const ofAll = (t: Words, school: SchoolCoverage): string =>
  t('ofAll', { n: tookPart(school), all: school.classrooms.length });

function lineWords(t: Words, { score, poorShare }: SchoolCoverage['line']): string {
  if (score === null) return t('lineNone');
  return t('lineWords', { score, poor: percent(poorShare ?? 0) });
}

interface Table {
  readonly head: readonly string[];
  /** The first cell is the name. */
  readonly rows: readonly (readonly string[])[];
}

function districtTable(t: Words, schools: readonly SchoolCoverage[]): Table {
  return {
    head: [
      t('school'),
      t('lessons'),
      t('given'),
      t('heardLessons'),
      t('received'),
      t('classrooms'),
      t('partners'),
      t('line'),
    ],
    rows: schools.map((school) => [
      school.schoolName,
      t('lessonCount', { n: school.given.lessons }),
      hours(t, school.given.ms),
      t('lessonCount', { n: school.received.lessons }),
      hours(t, school.received.ms),
      ofAll(t, school),
      school.partners.map(({ schoolName }) => schoolName).join('、'),
      lineWords(t, school.line),
    ]),
  };
}

function classroomTable(t: Words, { classrooms }: SchoolCoverage): Table {
  return {
    head: [t('classroom'), t('heardLessons'), t('received'), t('from'), t('line')],
    rows: classrooms.map(({ name, lessons, ms, from, line }) => [
      name,
      lessons === 0 ? t('tookNoPart') : t('lessonCount', { n: lessons }),
      hours(t, ms),
      from.join('、'),
      lineWords(t, line),
    ]),
  };
}

function TableView({ label, table: { head, rows } }: { readonly label: string; readonly table: Table }) {
  return (
    // Scrolls sideways on a phone, so it must be reached by the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={statistics.tableFrame} aria-label={label} tabIndex={0}>
      <table className={statistics.table}>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name = '', ...cells], index) => (
            <tr key={`${index} ${name}`} data-testid="coverage-row">
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={head[column + 1]} className="tabular">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Figures({ school }: { readonly school: SchoolCoverage }) {
  const t = useText(coverageText);
  const facts = [
    [t('lessons'), t('lessonCount', { n: school.given.lessons })],
    [t('given'), hours(t, school.given.ms)],
    [t('received'), hours(t, school.received.ms)],
    [t('classrooms'), ofAll(t, school)],
  ] as const;
  return (
    <dl className={statistics.figures}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function OfSchool({ school }: { readonly school: SchoolCoverage }) {
  const t = useText(coverageText);
  const rows = school.partners.map(({ schoolId, schoolName, ms, lessons }) => ({
    key: schoolId,
    name: schoolName,
    bars: [{ label: t('lessonCount', { n: lessons }), value: ms / HOUR_MS, words: hours(t, ms) }],
  }));
  return (
    <>
      <Figures school={school} />
      {rows.length === 0 ? (
        <p className={desk.hint}>{t('noPartners')}</p>
      ) : (
        <CoverageChart title={t('chartPartners')} rows={rows} />
      )}
      {school.classrooms.length === 0 ? (
        <p className={desk.hint}>{t('noClassrooms')}</p>
      ) : (
        <TableView label={t('classrooms')} table={classroomTable(t, school)} />
      )}
    </>
  );
}

function OfDistrict({ schools }: { readonly schools: readonly SchoolCoverage[] }) {
  const t = useText(coverageText);
  const rows = schools.filter(hasAnything).map(({ schoolId, schoolName, given, received }) => ({
    key: schoolId,
    name: schoolName,
    bars: [
      { label: t('given'), value: given.ms / HOUR_MS, words: hours(t, given.ms) },
      { label: t('received'), value: received.ms / HOUR_MS, words: hours(t, received.ms) },
    ],
  }));
  return (
    <>
      {rows.length > 0 && <CoverageChart title={t('chartSchools')} rows={rows} />}
      <TableView label={t('school')} table={districtTable(t, schools)} />
    </>
  );
}

interface ShownProps {
  readonly schools: readonly SchoolCoverage[];
  readonly dates: CoverageDates;
  readonly isDistrict: boolean;
}

function Shown({ schools, dates, isDistrict }: ShownProps) {
  const t = useText(coverageText);
  const [only] = schools;
  const save = (): void => {
    const rows = isDistrict || only === undefined ? districtRows(t, schools) : schoolRows(t, only);
    downloadCsv(t('fileName', { from: dates.firstDate, to: dates.lastDate }), rows);
  };
  if (only === undefined || !schools.some(hasAnything)) {
    return (
      <EmptyPanel title={t('nothing')}>
        <p>{t('nothingBody')}</p>
      </EmptyPanel>
    );
  }
  return (
    <>
      <div className={desk.actions}>
        <Button icon={Download} onClick={save} data-testid="coverage-export">
          {t('export')}
        </Button>
      </div>
      {isDistrict ? <OfDistrict schools={schools} /> : <OfSchool school={only} />}
    </>
  );
}

/** The term, or the days where there is none, whose figures are shown: the one that lasts now, until another is chosen. */
function usePeriod(school: School, shown: readonly School[]) {
  const [chosen, setChosen] = useState<string | null>(null);
  const today = latestDate(useNow(60_000), shown);
  const { data: calendar, isPending } = useQuery(deskQueries.calendar(school.schoolId));
  const terms = calendar?.terms ?? [];
  const term = chosen === null ? currentTerm(terms, today) : (terms.find(({ termId }) => termId === chosen) ?? null);
  return { terms, term, dates: term ?? lastDays(today), isPending, setChosen };
}

/** Which schools and classrooms took part in what, for how long and over what lines, term by term. */
export default function CoverageSection() {
  const t = useText(coverageText);
  const { school, schools, isDistrict } = useDeskSchool();
  const [scope, setScope] = useState<'school' | 'district'>(isDistrict ? 'district' : 'school');
  const isAll = isDistrict && scope === 'district';
  const { terms, term, dates, isPending, setChosen } = usePeriod(school, isAll ? schools : [school]);
  const { firstDate, lastDate } = dates;
  const query = { firstDate, lastDate, ...(isAll ? {} : { schoolId: school.schoolId }) };
  const coverage = useQuery({
    queryKey: ['desk', 'coverage', query],
    queryFn: ({ signal }) => callApi('coverage', { query }, signal),
    // The term decides what is asked.
    enabled: !isPending,
  });
  const periods = [...terms.map(({ termId, name }) => ({ value: termId as string, label: name })).toReversed()];
  return (
    <div className={desk.stack}>
      <p className={desk.hint}>{t('intro')}</p>
      <div className={styles.filters}>
        <SelectField
          label={t('term')}
          value={term?.termId ?? LAST_DAYS}
          options={[...periods, { value: LAST_DAYS, label: t('lastDays') }]}
          onChange={setChosen}
        />
        {isDistrict && (
          <SelectField
            label={t('scope')}
            value={scope}
            options={(['district', 'school'] as const).map((value) => ({ value, label: t(`scope_${value}`) }))}
            onChange={(value) => setScope(value === 'district' ? 'district' : 'school')}
          />
        )}
      </div>
      <Answer of={coverage} height={480}>
        {({ schools }) => <Shown schools={schools} dates={dates} isDistrict={isAll} />}
      </Answer>
    </div>
  );
}
