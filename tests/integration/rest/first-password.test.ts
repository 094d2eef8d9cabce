import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchoolId } from '../../../signaling/protocol/ids.ts';
import type { SignInSlip } from '../../../signaling/protocol/rest/directory.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const OWN = 'an own password';

let stack: Stack;
let admin: RestClient;
let schoolId: SchoolId;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  admin = await signedIn(stack, 'zhou.xiaozhang');
  const { me } = await admin.call('whoAmI', {});
  schoolId = SchoolId.parse(me?.schoolId);
});
afterAll(() => stack.stop());

async function withSlip({ account, password }: Pick<SignInSlip, 'account' | 'password'>): Promise<RestClient> {
  const client = new RestClient(stack.url);
  await client.call('signIn', { body: { account, password } });
  return client;
}

const isFirst = async (client: RestClient): Promise<boolean | undefined> =>
  (await client.call('whoAmI', {})).me?.mustChangePassword;

const newTeacher = async (displayName: string): Promise<SignInSlip> =>
  (await admin.call('createPerson', { body: { displayName, role: 'teacher', schoolId } })).slip;

describe('a password that was given out', () => {
  it('opens nothing, no room either, until an own one is set; that ends the other sessions', async () => {
    const slip = await newTeacher('新老师');
    const [client, other] = [await withSlip(slip), await withSlip(slip)];
    const lessonId = await lessonIdOf(await signedIn(stack, 'lin.laoshi'), '望庐山瀑布');
    expect(await isFirst(client)).toBe(true);
    expect((await client.raw('home')).code).toBe('passwordChangeRequired');
    expect((await client.raw('joinLesson', { params: { lessonId }, body: {} })).code).toBe('passwordChangeRequired');

    expect((await client.raw('changePassword', { body: { next: slip.password } })).code).toBe('invalidInput');
    expect((await client.raw('changePassword', { body: { next: 'short' } })).code).toBe('invalidInput');
    expect((await client.raw('changePassword', { body: { current: 'wrong', next: OWN } })).code).toBe(
      'wrongCredentials',
    );
    expect(await isFirst(client)).toBe(true);
    await client.call('changePassword', { body: { next: OWN } });

    expect(await isFirst(client)).toBe(false);
    await client.call('home', {});
    expect((await other.call('whoAmI', {})).me).toBeNull();
    expect((await new RestClient(stack.url).raw('signIn', { body: slip })).code).toBe('wrongCredentials');
    expect(await isFirst(await withSlip({ ...slip, password: OWN }))).toBe(false);
  });

  it('is that of imported pupils and of a reset too, but not that of the demo people', async () => {
    const { slips } = await admin.call('importPeople', {
      body: { schoolId, csv: '姓名,角色,班级\n导入生,学生,三年级一班\n' },
    });
    const [imported] = slips;
    if (imported === undefined) throw new Error('nobody was imported');
    const pupil = await withSlip(imported);
    expect(await isFirst(pupil)).toBe(true);
    await pupil.call('changePassword', { body: { next: OWN } });

    const reset = await admin.call('resetPasswords', { body: { personIds: [imported.personId] } });
    expect((await pupil.call('whoAmI', {})).me).toBeNull();
    const [slip] = reset.slips;
    if (slip === undefined) throw new Error('no slip');
    expect(await isFirst(await withSlip(slip))).toBe(true);

    for (const { account, role } of await stack.demoSignIns()) {
      if (role === 'student') continue;
      expect([account, await isFirst(await signedIn(stack, account))]).toEqual([account, false]);
    }
  });

  it('is asked for again by everybody else who changes it', async () => {
    const teacher = await withSlip(await newTeacher('老教师'));
    await teacher.call('changePassword', { body: { next: OWN } });
    expect((await teacher.raw('changePassword', { body: { next: 'another one' } })).code).toBe('wrongCredentials');
    const wrong = { current: 'not this one', next: 'another one' };
    expect((await teacher.raw('changePassword', { body: wrong })).code).toBe('wrongCredentials');
    await teacher.call('changePassword', { body: { current: OWN, next: 'another one' } });
    await teacher.call('home', {});
  });
});
