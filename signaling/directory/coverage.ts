import type { LessonsGiven, LessonsHeard } from '../../storage/ports.ts';
import type { ClassroomId, SchoolId } from '../protocol/ids.ts';
import type { SchoolCoverage } from '../protocol/rest/coverage.ts';

export interface CoverageRecords {
  /** In the order in which they are told. */
  readonly schools: readonly { readonly schoolId: SchoolId; readonly name: string }[];
  readonly classrooms: readonly {
    readonly classroomId: ClassroomId;
    readonly schoolId: SchoolId;
    readonly name: string;
  }[];
  /** Names of all schools, also of those that are not told of. */
  readonly schoolNames: ReadonlyMap<SchoolId, string>;
  readonly given: readonly LessonsGiven[];
  readonly heard: readonly LessonsHeard[];
}

/** What each school gave and received (see `SchoolCoverage`). */
export function coverageOf(records: CoverageRecords): SchoolCoverage[] {
  return records.schools.map(({ schoolId, name }) => {
    const given = records.given.find((one) => one.schoolId === schoolId);
    const heard = records.heard.filter((one) => one.schoolId === schoolId);
    const elsewhere = records.heard.filter((one) => one.lecturingSchoolId === schoolId && one.schoolId !== schoolId);
    return {
      schoolId,
      schoolName: name,
      given: { lessons: given?.lessons ?? 0, ms: given?.ms ?? 0 },
      partners: partnersOf(elsewhere, records.schoolNames),
      received: totalOf(heard),
      classrooms: classroomsOf(schoolId, heard, records),
      line: lineOf(heard),
    };
  });
}

function partnersOf(heard: readonly LessonsHeard[], names: CoverageRecords['schoolNames']): SchoolCoverage['partners'] {
  return [...Map.groupBy(heard, ({ schoolId }) => schoolId)]
    .map(([schoolId, rows]) => ({ schoolId, schoolName: names.get(schoolId) ?? '', ...totalOf(rows) }))
    .toSorted((a, b) => b.ms - a.ms);
}

/** Those that the school has now; what others heard before they were taken away is in the totals alone. */
function classroomsOf(
  schoolId: SchoolId,
  heard: readonly LessonsHeard[],
  { classrooms, schoolNames }: CoverageRecords,
): SchoolCoverage['classrooms'] {
  const own = classrooms.filter((one) => one.schoolId === schoolId);
  return own
    .map(({ classroomId, name }) => {
      const rows = heard.filter((one) => one.classroomId === classroomId).toSorted((a, b) => b.ms - a.ms);
      const from = rows.map(({ lecturingSchoolId }) => schoolNames.get(lecturingSchoolId) ?? '');
      return { classroomId, name, ...totalOf(rows), from, line: lineOf(rows) };
    })
    .toSorted((a, b) => b.ms - a.ms);
}

/** A lesson in which two classrooms took part is one lesson, and the time of both. */
function totalOf(heard: readonly LessonsHeard[]): { readonly lessons: number; readonly ms: number } {
  const lessons = new Set(heard.flatMap(({ lessonIds }) => lessonIds));
  return { lessons: lessons.size, ms: heard.reduce((sum, { ms }) => sum + ms, 0) };
}

/** A line that was measured longer says more. */
function lineOf(heard: readonly LessonsHeard[]): SchoolCoverage['line'] {
  const lineMs = heard.reduce((sum, one) => sum + one.lineMs, 0);
  if (lineMs === 0) return { score: null, poorShare: null };
  const scoreMs = heard.reduce((sum, one) => sum + one.lineScoreMs, 0);
  const poorMs = heard.reduce((sum, one) => sum + one.poorLineMs, 0);
  return { score: Math.round((scoreMs / lineMs) * 10) / 10, poorShare: Math.min(1, poorMs / lineMs) };
}
