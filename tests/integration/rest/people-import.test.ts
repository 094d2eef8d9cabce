import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SchoolId } from '../../../signaling/protocol/ids.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { RestClient } from '../../support/clients/rest-client.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const HEADING = '姓名,角色,班级,账号,孩子';
const SHEET = [HEADING, '孟一,学生,五年级三班,,', '孟二,学生,五年级三班,meng-er,', '孟爸爸,家长,,,孟一'].join('\n');

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

describe('an import', () => {
  it('sent again under its key, because the answer was lost, adds nobody and gives passwords that work', async () => {
    const body = { schoolId, csv: SHEET, importKey: 'key-of-this-very-part' };
    const first = await admin.call('importPeople', { body });
    const again = await admin.call('importPeople', { body });
    expect(first.slips).toHaveLength(3);
    const without = ({ slips }: typeof first) => slips.map(({ password: _password, ...slip }) => slip);
    expect(without(again)).toEqual(without(first));
    const found = await admin.call('listPeople', { query: { schoolId, search: '孟' } });
    expect(found.total).toBe(3);
    for (const { account, password } of again.slips) {
      await new RestClient(stack.url).call('signIn', { body: { account, password } });
    }
  });

  it('leaves out who is there already, and says so in the preview', async () => {
    const preview = await admin.call('previewPeopleImport', { body: { schoolId, csv: SHEET } });
    expect(preview.lines.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
      ['personKnown'],
      ['accountTaken'],
      ['personKnown'],
    ]);
    const namesake = `${HEADING}\n孟一,学生,五年级三班,meng-yi-2,\n孟一,学生,五年级四班,,\n`;
    expect((await admin.call('previewPeopleImport', { body: { schoolId, csv: namesake } })).bad).toBe(0);
  });

  it('takes a sheet of half a million Chinese characters, and refuses what is beyond the limit by its own name', async () => {
    const sheetOf = (lines: number): string =>
      [HEADING, ...Array.from({ length: lines }, (_, n) => `教师${n},教师,,,${'长'.repeat(1_000)}`)].join('\n');
    const large = await admin.call('previewPeopleImport', { body: { schoolId, csv: sheetOf(500) } });
    expect(large.good).toBe(500);
    for (const lines of [1_000, 2_000]) {
      const answer = await admin.raw('previewPeopleImport', { body: { schoolId, csv: sheetOf(lines) } });
      expect([lines, answer.status, answer.code]).toEqual([lines, 413, 'payloadTooLarge']);
    }
    const elsewhere = await admin.raw('createPerson', { body: { displayName: '长'.repeat(50_000) } });
    expect(elsewhere.code).toBe('payloadTooLarge');
  });
});
