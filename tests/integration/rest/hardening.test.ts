import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { mediaBaseUrl } from '../../../signaling/auth/media-signature.ts';
import { RecordingId, SchoolId, type ClassGroupId, type PersonId } from '../../../signaling/protocol/ids.ts';
import { Callers } from '../../support/clients/callers.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

let stack: Stack;
let callers: Callers;
let admin: RestClient;
let ownSchoolId: SchoolId;
let foreignGroupId: ClassGroupId;
let ownPupilId: PersonId;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  callers = await Callers.signIn(stack);
  admin = callers.of('schoolAdmin');
  const { me } = await admin.call('whoAmI', {});
  ownSchoolId = SchoolId.parse(me?.schoolId);
  const district = callers.of('districtAdmin');
  const { schools } = await district.call('listSchools', {});
  const other = schools.find((school) => school.schoolId !== ownSchoolId);
  if (other === undefined) throw new Error('the demo district has only one school');
  const { classGroups } = await district.call('listClassGroups', { query: { schoolId: other.schoolId } });
  const pupils = await admin.call('listPeople', { query: { schoolId: ownSchoolId, role: 'student' } });
  const [group] = classGroups;
  const [pupil] = pupils.items;
  if (group === undefined || pupil === undefined) throw new Error('the demo district is empty');
  foreignGroupId = group.classGroupId;
  ownPupilId = pupil.personId;
});
afterAll(() => stack.stop());

describe('the media route', () => {
  it('sends the whole for a range that ends before it starts (RFC 9110 §14.1.1)', async () => {
    const recordingId = RecordingId.parse('range-test');
    const folder = join(stack.dataFolder, 'objects', 'play', recordingId);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'clip.mp4'), '0123456789');
    const secrets: unknown = JSON.parse(await readFile(join(stack.dataFolder, 'secrets.json'), 'utf8'));
    const { media } = z.object({ media: z.string() }).parse(secrets);
    const base = mediaBaseUrl(media, { scope: 'manage', recording: recordingId, expiresAtMs: Date.now() + 60_000 });
    const answer = await fetch(`${stack.url}${base}/play/clip.mp4`, { headers: { range: 'bytes=5-2' } });
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
  });
});

describe('what schools gave and received', () => {
  it('is of 400 days at most, and never of days that run backwards', async () => {
    const codeFor = async (firstDate: string, lastDate: string) =>
      (await admin.raw('coverage', { query: { schoolId: ownSchoolId, firstDate, lastDate } })).code;
    expect(await codeFor('2025-01-01', '2026-02-04')).toBeUndefined();
    expect(await codeFor('2025-01-01', '2026-02-05')).toBe('invalidInput');
    expect(await codeFor('2026-02-05', '2026-02-01')).toBe('invalidInput');
  });
});

describe('every route', () => {
  it('tells in the OpenAPI document that bad input is refused, and what a write may be refused with', async () => {
    const Operations = z.record(
      z.string(),
      z.object({
        parameters: z.array(z.unknown()),
        requestBody: z.unknown().optional(),
        responses: z.record(z.string(), z.unknown()),
      }),
    );
    const answer = await fetch(`${stack.url}/api/v1/openapi.json`);
    const { paths } = z.object({ paths: z.record(z.string(), Operations) }).parse(await answer.json());
    const untold = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => {
        const takesInput = operation.parameters.length > 0 || operation.requestBody !== undefined;
        const needed = [
          '500',
          '503',
          ...(takesInput ? ['400'] : []),
          ...(method === 'get' ? [] : ['403', '413', '415']),
        ];
        return needed
          .filter((status) => !(status in operation.responses))
          .map((status) => `${method} ${path} ${status}`);
      }),
    );
    expect(untold).toEqual([]);
    expect(Object.keys(paths).length).toBeGreaterThan(30);
  });

  it('takes no instant, and no number, that a calendar or the database could not hold', async () => {
    const toMs = -993_181_465_087_803;
    expect((await admin.raw('listRecordings', { query: { toMs } })).code).toBe('invalidInput');
    expect((await admin.raw('listLessons', { query: { fromMs: 0, toMs: 9e15 } })).code).toBe('invalidInput');
    expect((await admin.raw('listLessons', { query: { fromMs: 0, toMs: 1 } })).code).toBeUndefined();
    const ofPage = async (offset: number) => (await admin.raw('listPeople', { query: { offset } })).code;
    expect(await Promise.all([2 ** 31 - 1, 2 ** 31, 1e18].map(ofPage))).toEqual([
      undefined,
      'invalidInput',
      'invalidInput',
    ]);
  });
});

describe('a connection check', () => {
  it('connects its own transport only, and takes no malformed parameters', async () => {
    const { checkId, transport } = await admin.call('startConnectionCheck', {});
    const connect = async (transportId: string, dtlsParameters: object) =>
      (await admin.raw('connectConnectionCheck', { params: { checkId }, body: { transportId, dtlsParameters } })).code;
    expect(await connect('somebody-elses', transport.dtlsParameters)).toBe('notFound');
    expect(await connect(transport.transportId, {})).toBe('invalidInput');
  });
});

describe('a school administrator', () => {
  it("puts nobody into another school's class group, whose lessons and recordings it opens", async () => {
    const body = { displayName: '外人', role: 'student', schoolId: ownSchoolId, classGroupId: foreignGroupId };
    expect((await admin.raw('createPerson', { body })).code).toBe('invalidInput');
    const moved = { params: { personId: ownPupilId }, body: { classGroupId: foreignGroupId } };
    expect((await admin.raw('changePerson', moved)).code).toBe('invalidInput');
  });

  it('lets no pupil lecture', async () => {
    const answer = await admin.raw('createTimetableEntry', {
      body: {
        schoolId: ownSchoolId,
        kind: 'live',
        title: '数学',
        lecturerId: ownPupilId,
        weekday: 1,
        startTime: '08:00',
        endTime: '08:40',
        firstDate: '2030-01-01',
        lastDate: '2030-06-01',
      },
    });
    expect(answer.code).toBe('invalidInput');
  });

  it('does not give up the own office by mistake', async () => {
    const { me } = await admin.call('whoAmI', {});
    const params = { personId: me?.personId ?? '' };
    expect((await admin.raw('changePerson', { params, body: { role: 'teacher' } })).code).toBe('conflict');
    expect((await admin.raw('changePerson', { params, body: { isActive: false } })).code).toBe('conflict');
    expect((await admin.raw('changePerson', { params, body: { role: 'schoolAdmin' } })).code).toBeUndefined();
  });

  it('changes no password when one of the people is not the own to manage', async () => {
    const pupil = (await stack.demoSignIns()).find((signIn) => signIn.role === 'student');
    if (pupil === undefined) throw new Error('the demo district has no pupil');
    const found = await admin.call('listPeople', { query: { search: pupil.account } });
    const personIds = [found.items[0]?.personId, 'nobody'];
    expect((await admin.raw('resetPasswords', { body: { personIds } })).code).toBe('notFound');
    const again = await callers.fresh('student');
    expect((await again.call('whoAmI', {})).me?.account).toBe(pupil.account);
  });
});
