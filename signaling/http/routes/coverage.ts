import { coverageOf } from '../../directory/coverage.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import { MAX_COVERAGE_DAYS } from '../../protocol/rest/coverage.ts';
import { assertAdministers, isDistrictAdmin, personOf } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

const DAY_MS = 86_400_000;

export class CoverageRoutes implements Pick<RestHandlers, 'coverage'> {
  readonly #dependencies: RestDependencies;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
  }

  readonly coverage: RestHandlers['coverage'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const { schoolId, firstDate, lastDate } = query;
    if (schoolId !== undefined) assertAdministers(caller, schoolId);
    else if (!isDistrictAdmin(caller)) throw new AppError('forbidden');
    const days = (Date.parse(lastDate) - Date.parse(firstDate)) / DAY_MS + 1;
    if (!(days >= 1 && days <= MAX_COVERAGE_DAYS))
      throw fieldProblem('lastDate', 'rangeTooLong', { days: MAX_COVERAGE_DAYS });
    const { stores, nowMs } = this.#dependencies;
    const range = { firstDate, lastDate, schoolId, nowMs: nowMs() };
    const [all, classrooms, given, heard] = await Promise.all([
      stores.directory.listSchools(),
      stores.classrooms.listClassrooms(schoolId === undefined ? {} : { schoolIds: [schoolId] }),
      stores.coverage.given(range),
      stores.coverage.heard(range),
    ]);
    const schools = all.filter((school) => schoolId === undefined || school.schoolId === schoolId);
    if (schoolId !== undefined && schools.length === 0) throw new AppError('notFound');
    const schoolNames = new Map(all.map((school) => [school.schoolId, school.name]));
    return { schools: coverageOf({ schools, classrooms, schoolNames, given, heard }) };
  };
}
