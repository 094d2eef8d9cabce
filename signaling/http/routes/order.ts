import type { ReportRecord } from '../../../storage/ports.ts';
import { AppError } from '../../protocol/errors.ts';
import type { SchoolId } from '../../protocol/ids.ts';
import type { KeptReport } from '../../protocol/rest/order.ts';
import { plainText } from '../../rooms/refused-words.ts';
import { administers, assertAdministers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names = 'getRefusedWords' | 'setRefusedWords' | 'listReports' | 'handleReport';

/** The words that a school refuses, and what was reported in its lessons. */
export class OrderRoutes implements Pick<RestHandlers, Names> {
  readonly #stores: RestDependencies['stores'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor({ stores, nowMs }: RestDependencies) {
    this.#stores = stores;
    this.#nowMs = nowMs;
  }

  readonly getRefusedWords: RestHandlers['getRefusedWords'] = async ({ params }, context) => {
    await this.#assertOwn(personOf(context.caller), params.schoolId);
    return { words: await this.#stores.words.words(params.schoolId) };
  };

  readonly setRefusedWords: RestHandlers['setRefusedWords'] = async ({ params, body }, context) => {
    await this.#assertOwn(personOf(context.caller), params.schoolId);
    // Two that are compared alike are one; what nothing is left of would refuse everything, or nothing.
    const words = [...new Map(body.words.map((word) => [plainText(word), word])).entries()].flatMap(([plain, word]) =>
      plain === '' ? [] : [word],
    );
    await this.#stores.words.set(params.schoolId, words, this.#nowMs());
    return { words };
  };

  readonly listReports: RestHandlers['listReports'] = async ({ params, query }, context) => {
    const caller = personOf(context.caller);
    await this.#assertOwn(caller, params.schoolId);
    const { isHandled, offset, limit } = query;
    const { items, total } = await this.#stores.reports.list(params.schoolId, {
      ...{ isHandled: isHandled === 'true', except: caller.personId, offset, limit },
    });
    return { items: items.map(viewOf), total };
  };

  readonly handleReport: RestHandlers['handleReport'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const report = await this.#stores.reports.report(params.reportId, caller.personId);
    // Another school's reports are nobody's business, nor those about oneself.
    if (report === undefined || !administers(caller, report.schoolId)) throw new AppError('notFound');
    await this.#stores.reports.handle(params.reportId, caller.personId, body.note, this.#nowMs());
    return {};
  };

  async #assertOwn(caller: PersonCaller, schoolId: SchoolId): Promise<void> {
    assertAdministers(caller, schoolId);
    if ((await this.#stores.directory.school(schoolId)) === undefined) throw new AppError('notFound');
  }
}

const viewOf = ({ message, ...report }: ReportRecord): KeptReport => ({
  reportId: report.reportId,
  lessonId: report.lessonId,
  lessonTitle: report.lessonTitle,
  reporterName: report.reporterName,
  aboutName: report.aboutName,
  message: message === null ? null : { text: message.text, sentAtMs: message.sentAtMs },
  reason: report.reason,
  reportedAtMs: report.reportedAtMs,
  handled: report.handled,
});
