import type { PutQuestionFilter } from '../../../storage/ports.ts';
import { answerTotals, shownAnswer, subjectsAsked } from '../../directory/person-answers.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Person } from '../../protocol/rest/directory.ts';
import { administers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { given } from './schools.ts';

export class PersonAnswerRoutes implements Pick<RestHandlers, 'personAnswers'> {
  readonly #stores: RestDependencies['stores'];

  constructor({ stores }: RestDependencies) {
    this.#stores = stores;
  }

  readonly personAnswers: RestHandlers['personAnswers'] = async ({ params, query }, context) => {
    const caller = personOf(context.caller);
    const person = await this.#stores.directory.person(params.personId);
    if (person === undefined) throw new AppError('notFound');
    const filter = await this.#visibleTo(caller, person);
    const { subject, before, limit } = query;
    const { polls } = this.#stores;
    const [found, counts] = await Promise.all([
      polls.putTo({ ...filter, ...given({ subject, before }), limit: limit + 1 }),
      polls.countPutTo(filter),
    ]);
    const items = found.slice(0, limit);
    const counted = counts.filter(({ lesson }) => subject === undefined || lesson.subject === subject);
    return {
      displayName: person.displayName,
      classGroup: person.classGroup,
      totals: answerTotals(counted),
      subjects: subjectsAsked(counts),
      items: items.map(shownAnswer),
      next: found.length > limit ? (items.at(-1)?.pollId ?? null) : null,
    };
  };

  /**
   * All of it for the person, its guardians and its school; for a teacher what was asked in lessons of its own.
   *
   * @throws AppError `notFound` for everybody else: who goes to which school is no one's business.
   */
  async #visibleTo(caller: PersonCaller, { personId, schoolId }: Person): Promise<PutQuestionFilter> {
    if (caller.personId === personId || administers(caller, schoolId)) return { personId };
    const wards = (await this.#stores.directory.person(caller.personId))?.wards ?? [];
    if (wards.some((ward) => ward.personId === personId)) return { personId };
    if (await this.#stores.lessons.isTaughtBy(personId, caller.personId)) return { personId, ledBy: caller.personId };
    throw new AppError('notFound');
  }
}
