import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { ComponentType } from 'react';
import { Link, Redirect, useParams } from 'wouter';
import type { School } from '../../../../signaling/protocol/rest/directory.ts';
import { useSession } from '../../api/queries.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Answer } from '../../ui/answer.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { EmptyPanel, Skeleton } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { CalendarSection } from './calendar-section.tsx';
import { ClassesSection } from './classes-section.tsx';
import { ClassroomsSection } from './classrooms-section.tsx';
import { deskQueries } from './desk-queries.ts';
import { DeskSchoolProvider, administeredBy, isDistrictAdmin } from './desk-school.ts';
import { NoticesProvider } from './notices.tsx';
import { OrderSection } from './order-section.tsx';
import { PairingsSection } from './pairings-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { FirstSchool, SchoolsSection } from './schools-section.tsx';
import { SitesSection } from './sites-section.tsx';
import { TimetableSection } from './timetable-section.tsx';
import desk from './desk.module.css';
import styles from './desk-page.module.css';

const SECTIONS = [
  'timetable',
  'calendar',
  'people',
  'classes',
  'classrooms',
  'sites',
  'pairings',
  'order',
  'schools',
  'coverage',
] as const;
type SectionName = (typeof SECTIONS)[number];

const VIEWS: Readonly<Record<SectionName, ComponentType>> = {
  timetable: TimetableSection,
  calendar: CalendarSection,
  people: PeopleSection,
  classes: ClassesSection,
  classrooms: ClassroomsSection,
  sites: SitesSection,
  pairings: PairingsSection,
  order: OrderSection,
  schools: SchoolsSection,
  coverage: lazy(() => import('./coverage-section.tsx')),
};

const isSection = (name: string): name is SectionName => (SECTIONS as readonly string[]).includes(name);

const CHOSEN_KEY = 'tongke.desk.school';

/** The school of a district's administrator is kept for as long as the tab is open. */
function useChosenSchool(administered: readonly School[]) {
  const [chosen, setChosen] = useState(() => sessionStorage.getItem(CHOSEN_KEY));
  const choose = useCallback((schoolId: string) => {
    sessionStorage.setItem(CHOSEN_KEY, schoolId);
    setChosen(schoolId);
  }, []);
  return { school: administered.find((school) => school.schoolId === chosen) ?? administered[0], choose };
}

function Tabs({ current }: { readonly current: SectionName }) {
  const t = useText(deskText);
  const bar = useRef<HTMLElement>(null);
  // On a phone the row is longer than the screen; where one is should be in it.
  useEffect(() => {
    bar.current
      ?.querySelector(`[data-testid="desk-${current}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={bar} className={styles.tabs} aria-label={t('tabs')}>
      {SECTIONS.map((name) => (
        <Link
          key={name}
          href={`/desk/${name}`}
          aria-current={name === current ? 'page' : undefined}
          data-testid={`desk-${name}`}
        >
          {t(`tab_${name}`)}
        </Link>
      ))}
    </nav>
  );
}

function Desk({ section, schools }: { readonly section: SectionName; readonly schools: readonly School[] }) {
  const t = useText(deskText);
  const { data: me } = useSession();
  const isDistrict = me !== null && me !== undefined && isDistrictAdmin(me);
  const administered = me === null || me === undefined ? [] : administeredBy(me, schools);
  const { school, choose } = useChosenSchool(administered);
  const View = VIEWS[section];
  if (school === undefined) {
    if (isDistrict) return <FirstSchool onAdded={(added) => choose(added.schoolId)} />;
    return (
      <EmptyPanel title={t('noRight')}>
        <p>{t('noRightBody')}</p>
        <LinkButton href="/">{t('dismiss')}</LinkButton>
      </EmptyPanel>
    );
  }
  return (
    <DeskSchoolProvider value={{ school, administered, schools, isDistrict, choose }}>
      <header className={styles.deskHead}>
        <div>
          <h1>{t('title')}</h1>
          {administered.length === 1 && <p className={desk.hint}>{school.name}</p>}
        </div>
        {administered.length > 1 && (
          <div className={styles.schoolPicker} data-testid="school-picker">
            <SelectField
              label={t('school')}
              value={school.schoolId}
              options={administered.map(({ schoolId, name }) => ({ value: schoolId, label: name }))}
              onChange={choose}
            />
          </div>
        )}
      </header>
      <Tabs current={section} />
      <section key={school.schoolId} className={styles.section} aria-label={t(`tab_${section}`)}>
        <Suspense fallback={<Skeleton height={480} />}>
          <View />
        </Suspense>
      </section>
    </DeskSchoolProvider>
  );
}

export default function DeskPage() {
  const t = useText(deskText);
  const { section = 'timetable' } = useParams<{ section?: string }>();
  const schools = useQuery(deskQueries.schools);
  if (!isSection(section)) return <Redirect to="/desk/timetable" replace />;
  return (
    <Page title={t(`tab_${section}`)} width="wide">
      <NoticesProvider>
        <Answer of={schools} height={480}>
          {(all) => <Desk section={section} schools={all} />}
        </Answer>
      </NoticesProvider>
    </Page>
  );
}
