import type { SchoolCoverage } from '../../../../signaling/protocol/rest/coverage.ts';
import type { coverageText } from '../../messages/desk-coverage.ts';
import type { Translate } from '../../text/text.ts';

type Words = Translate<typeof coverageText>;
type Row = readonly string[];

const HOUR_MS = 3_600_000;

/** Numbers alone, to a hundredth, so that a spreadsheet adds them up; the unit stands in the heading. */
const hours = (ms: number): string => String(Math.round((ms / HOUR_MS) * 100) / 100);
const scoreOf = ({ score }: SchoolCoverage['line']): string => (score === null ? '' : String(score));
const poorOf = ({ poorShare }: SchoolCoverage['line']): string =>
  poorShare === null ? '' : String(Math.round(poorShare * 100));
const toPartnersMs = ({ partners }: SchoolCoverage): number => partners.reduce((sum, { ms }) => sum + ms, 0);

function headings(t: Words, [first, ...more]: readonly [Row, Row]): Row {
  return [
    ...first,
    t('csvLessonsGiven'),
    t('csvHoursGiven'),
    t('csvHoursToPartners'),
    t('csvLessonsReceived'),
    t('csvHoursReceived'),
    ...more.flat(),
    t('csvScore'),
    t('csvPoor'),
  ];
}

const givenAndReceived = (school: SchoolCoverage): Row => [
  String(school.given.lessons),
  hours(school.given.ms),
  hours(toPartnersMs(school)),
  String(school.received.lessons),
  hours(school.received.ms),
];

/** The district's table: a line for each school. */
export function districtRows(t: Words, schools: readonly SchoolCoverage[]): Row[] {
  const more = [t('csvTookPart'), t('csvAllClassrooms'), t('partners')];
  return [
    headings(t, [[t('school')], more]),
    ...schools.map((school) => [
      school.schoolName,
      ...givenAndReceived(school),
      String(school.classrooms.filter(({ lessons }) => lessons > 0).length),
      String(school.classrooms.length),
      school.partners.map(({ schoolName }) => schoolName).join('、'),
      scoreOf(school.line),
      poorOf(school.line),
    ]),
  ];
}

/**
 * A school's table: a line for the school, one for each partner school it gave to, and one for each of its classrooms. What a line has
 * nothing to do with is empty, not zero.
 */
export function schoolRows(t: Words, school: SchoolCoverage): Row[] {
  return [
    headings(t, [[t('csvKind'), t('csvName')], [t('from')]]),
    [t('csvKindSchool'), school.schoolName, ...givenAndReceived(school), '', scoreOf(school.line), poorOf(school.line)],
    ...school.partners.map(({ schoolName, lessons, ms }) => [
      t('csvKindPartner'),
      schoolName,
      String(lessons),
      '',
      hours(ms),
      ...['', '', '', '', ''],
    ]),
    ...school.classrooms.map(({ name, lessons, ms, from, line }) => [
      t('csvKindClassroom'),
      name,
      ...['', '', ''],
      String(lessons),
      hours(ms),
      from.join('、'),
      scoreOf(line),
      poorOf(line),
    ]),
  ];
}
