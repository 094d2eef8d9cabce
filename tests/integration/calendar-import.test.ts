import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCalendar, previewCalendar } from '../../signaling/directory/calendar-import.ts';
import type { CalendarImport } from '../../signaling/directory/calendar-verdict.ts';
import type { Lesson, Stores } from '../../storage/ports.ts';
import { makeDistrict, MONDAY_8_MS, type SmallDistrict } from '../contract/district-fixture.ts';
import { DATABASES, type OpenStores } from '../contract/store-databases.ts';

const NOW_MS = MONDAY_8_MS - 86_400_000;

interface Told {
  readonly uid: string;
  readonly clock?: string;
  readonly title?: string;
  readonly sequence?: number;
  readonly more?: readonly string[];
}

/** One event on 2026-09-09. */
const fileOf = ({ uid, clock = '080000', title = '语文', sequence, more = [] }: Told): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', `UID:${uid}`, `SUMMARY:${title}`],
    ...[`DTSTART;TZID=Asia/Shanghai:20260909T${clock}`, 'DURATION:PT40M'],
    ...(sequence === undefined ? [] : [`SEQUENCE:${sequence}`]),
    ...[...more, 'END:VEVENT', 'END:VCALENDAR'],
  ].join('\r\n');

describe.each(DATABASES)('a calendar file on %s', (_name, open) => {
  let opened: OpenStores;
  let stores: Stores;
  let district: SmallDistrict;

  beforeAll(async () => {
    opened = await open();
    ({ stores } = opened);
  });
  afterAll(() => opened?.close());

  const begin = async (): Promise<void> => {
    district = await makeDistrict(stores);
  };
  const wanted = (told: Told, overwritesEdited = false): CalendarImport => ({
    ...{ schoolId: district.lecturing.schoolId, ics: fileOf(told), lecturer: district.teacher, classGroupIds: [] },
    ...{ isAdmin: false, overwritesEdited, mayKnow: () => true, nowMs: NOW_MS },
  });
  /** State and reason of each line, previewed and then done: both say the same but for what is new. */
  const follow = async (told: Told, overwritesEdited = false): Promise<string[]> => {
    const previewed = await previewCalendar(stores, wanted(told, overwritesEdited));
    const done = await importCalendar(stores, wanted(told, overwritesEdited));
    const saysOf = (lines: typeof done) =>
      lines.map(({ state, problems }) => [state, ...problems.map(({ code }) => code)].join(' '));
    expect(saysOf(done)).toEqual(saysOf(previewed).map((says) => says.replace('new', 'made')));
    return saysOf(done);
  };
  const lessonsOf = async (uid: string): Promise<Lesson[]> =>
    (await stores.importedLessons.known(district.lecturing.schoolId, [uid])).map(({ lesson }) => lesson);
  const clocks = async (uid: string): Promise<string[]> =>
    (await lessonsOf(uid)).map(({ startsAtMs }) => new Date(startsAtMs + 8 * 3_600_000).toISOString().slice(11, 16));

  it('moves nothing back when it is older than the one imported before, and says so', async () => {
    await begin();
    const uid = 'moved@x';
    expect(await follow({ uid })).toEqual(['made']);
    expect(await follow({ uid, clock: '090000', sequence: 2 })).toEqual(['changed']);
    expect(await follow({ uid, sequence: 1 })).toEqual(['kept calendarOlder']);
    expect(await follow({ uid })).toEqual(['kept calendarOlder']);
    expect(await clocks(uid)).toEqual(['09:00']);
    expect(await follow({ uid, clock: '100000', sequence: 2 })).toEqual(['changed']);
    // A revision that changes nothing of a lesson counts all the same.
    expect(await follow({ uid, clock: '100000', sequence: 4 })).toEqual(['unchanged']);
    expect(await follow({ uid, clock: '110000', sequence: 3 })).toEqual(['kept calendarOlder']);
    expect(await clocks(uid)).toEqual(['10:00']);
    // Whoever knows that it only looks older says so, and it counts from there on.
    expect(await follow({ uid, clock: '110000', sequence: 3 }, true)).toEqual(['changed']);
    expect(await follow({ uid, clock: '120000', sequence: 3 })).toEqual(['changed']);
    expect(await clocks(uid)).toEqual(['12:00']);
  });

  it('neither cancels nor brings back a lesson when it is older', async () => {
    await begin();
    const [uid, cancelled] = ['cancelled@x', ['STATUS:CANCELLED']];
    expect(await follow({ uid, sequence: 3 })).toEqual(['made']);
    expect(await follow({ uid, sequence: 2, more: cancelled })).toEqual(['kept calendarOlder']);
    expect(await follow({ uid, sequence: 4, more: cancelled })).toEqual(['cancelled']);
    expect(await follow({ uid, sequence: 3 })).toEqual(['kept calendarOlder']);
    expect(await follow({ uid, sequence: 6, more: cancelled })).toEqual(['unchanged']);
    expect(await follow({ uid, sequence: 5 })).toEqual(['kept calendarOlder']);
    expect((await lessonsOf(uid)).map(({ state }) => state)).toEqual(['cancelled']);
    expect(await follow({ uid, sequence: 6 })).toEqual(['made']);
    expect((await lessonsOf(uid)).map(({ state }) => state)).toEqual(['scheduled']);
  });

  /** As `stores`, with something done between what an import has planned and its first change. */
  const interrupted = (work: () => Promise<unknown>): Stores => {
    let doing: Promise<unknown> | undefined;
    return {
      ...stores,
      async atomically(inTransaction) {
        await (doing ??= work());
        return stores.atomically(inTransaction);
      },
    };
  };
  const statesOf = (lines: Awaited<ReturnType<typeof importCalendar>>): string[] =>
    lines.map(({ state, problems }) => [state, ...problems.map(({ code }) => code)].join(' '));

  it('does not undo a later copy that was imported since it was planned', async () => {
    await begin();
    const uid = 'both@x';
    await follow({ uid, sequence: 1 });
    const later = () => importCalendar(stores, wanted({ uid, sequence: 3 }));
    const done = await importCalendar(interrupted(later), wanted({ uid, clock: '090000', sequence: 2 }));
    expect(statesOf(done)).toEqual(['kept calendarMeanwhile']);
    expect(await clocks(uid)).toEqual(['08:00']);
    const made = (clock: string) => importCalendar(stores, wanted({ uid: 'new@x', clock }));
    const same = await importCalendar(
      interrupted(() => made('100000')),
      wanted({ uid: 'new@x', clock: '100000' }),
    );
    expect(statesOf(same)).toEqual(['unchanged']);
    const [one, other] = [wanted({ uid: 'other@x', clock: '110000' }), wanted({ uid: 'other@x', clock: '120000' })];
    const different = await importCalendar(
      interrupted(() => importCalendar(stores, one)),
      other,
    );
    expect(statesOf(different)).toEqual(['kept calendarMeanwhile']);
    expect(await clocks('other@x')).toEqual(['11:00']);
  });

  it.each([
    { name: 'changes', told: { title: '文件里的' }, before: 'change', state: 'scheduled' },
    { name: 'cancels', told: { more: ['STATUS:CANCELLED'] }, before: 'cancel', state: 'cancelled' },
  ] as const)('loses no edit that comes while it $name the lesson', async ({ told, before, state }) => {
    await begin();
    const uid = 'edited@x';
    await follow({ uid });
    const [lesson] = await lessonsOf(uid);
    if (lesson === undefined) throw new Error('there is no lesson');
    let edit: Promise<string> | undefined;
    const editing = async (): Promise<void> => {
      edit ??= stores.lessons.change(lesson.lessonId, { title: '手改的' }).then(
        ({ title }) => title,
        () => 'refused',
      );
      await Promise.race([edit, new Promise((resolve) => setTimeout(resolve, 500))]);
    };
    const edited: Stores = {
      ...stores,
      atomically: (work) =>
        stores.atomically((inside) => {
          const lessons: Stores['lessons'] = {
            ...inside.lessons,
            [before]: async (...given: never[]) => {
              await editing();
              const write: (...args: never[]) => Promise<Lesson> = inside.lessons[before];
              return await write(...given);
            },
          };
          return work({ ...inside, lessons });
        }),
    };
    await importCalendar(edited, wanted({ uid, ...told }));
    // Whoever edits is told, or has the last word.
    expect(await edit).toBe(state === 'cancelled' ? 'refused' : '手改的');
    const [stored] = await lessonsOf(uid);
    expect(stored?.state).toBe(state);
    if (state === 'scheduled') expect(stored).toMatchObject({ title: '手改的', ownFields: ['title'] });
  });
});
