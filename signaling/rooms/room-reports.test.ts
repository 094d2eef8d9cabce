import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { MessageId, RequestId } from '../protocol/ids.ts';

async function reported() {
  const stand = new RulesStand();
  const lecturer = await stand.join('lecturer', '王老师');
  const coTeacher = await stand.join('coTeacher', '李老师');
  const [bully, pupil] = [await stand.join('pupil', '小刚'), await stand.join('pupil', '小明')];
  const requestId = RequestId.parse(randomUUID());
  const said = await stand.room.seatOrders.sendChat(stand.seat(bully, 'chat'), requestId, '你真笨');
  const target = { kind: 'message', messageId: said.messageId, sentAtMs: said.sentAtMs } as const;
  const report = (by: TestPeer, what: Parameters<typeof stand.room.parts.tools.reports.report>[1], reason = '') =>
    stand.room.parts.tools.reports.report(stand.seat(by), what, reason);
  return { stand, lecturer, coTeacher, bully, pupil, target, report };
}

describe('a report', () => {
  it('is kept with the message and told to teachers, and to nobody else (Y2)', async () => {
    const { stand, lecturer, coTeacher, bully, pupil, target, report } = await reported();
    await report(pupil, target, '他骂我');
    expect(stand.store.reports).toMatchObject([
      { reporterName: '小明', aboutName: '小刚', message: { text: '你真笨' }, reason: '他骂我' },
    ]);
    for (const teacher of [lecturer, coTeacher])
      expect(teacher.of('reported').at(-1)?.report).toMatchObject({
        byName: '小明',
        aboutName: '小刚',
        text: '你真笨',
      });
    for (const peer of [bully, pupil]) expect(peer.of('reported')).toEqual([]);
    const again = await stand.join('pupil', '小刚');
    expect(again.snapshot).toMatchObject({ tools: { reports: [] } });
  });

  it('about a teacher is told to the other teachers only, and not seen to by that one (Y2)', async () => {
    const { stand, lecturer, coTeacher, pupil, report } = await reported();
    await report(pupil, { kind: 'person', seatId: idOf(coTeacher) });
    expect(coTeacher.of('reported')).toEqual([]);
    const told = lecturer.of('reported').at(-1)?.report;
    if (told === undefined) throw new Error('nobody was told');
    const { reports } = stand.room.parts.tools;
    expect(() => reports.see(stand.seat(coTeacher, 'keepOrder'), told.reportId)).toThrow('notFound');
    const back = await stand.join('coTeacher', '李老师');
    expect(back.snapshot).toMatchObject({ tools: { reports: [] } });
    reports.see(stand.seat(lecturer, 'keepOrder'), told.reportId);
    expect(lecturer.of('reported').at(-1)?.report.isSeen).toBe(true);
  });

  it('is of what is there, and never about oneself (Y2)', async () => {
    const { stand, pupil, bully, target, report } = await reported();
    const nowhere = { ...target, messageId: MessageId.parse(randomUUID()) };
    await expect(report(pupil, nowhere)).rejects.toMatchObject({ code: 'notFound' });
    await expect(report(bully, target)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(report(pupil, { kind: 'person', seatId: idOf(pupil) })).rejects.toMatchObject({ code: 'forbidden' });
    expect(stand.store.reports).toEqual([]);
  });

  it('counts once for each who reports, and ten times of one seat at most (Y3)', async () => {
    const { stand, pupil, target, report } = await reported();
    await Promise.all([report(pupil, target), report(pupil, target)]);
    await report(pupil, target);
    expect(stand.store.reports).toHaveLength(1);
    const others = [];
    for (let n = 0; n < 10; n += 1) others.push(await stand.join('pupil', `学生${n}`));
    const outcomes = await Promise.allSettled(
      others.map((other) => report(pupil, { kind: 'person', seatId: idOf(other) })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    await expect(report(pupil, { kind: 'person', seatId: idOf(stand.peers[0] ?? pupil) })).rejects.toMatchObject({
      code: 'tooManyRequests',
    });
  });

  it('is heard however much others have reported; teachers are shown the newest that nobody has seen to (Y3)', async () => {
    const { stand, lecturer, bully, pupil, target, report } = await reported();
    await report(pupil, target);
    const first = lecturer.of('reported').at(-1)?.report;
    const angry = [];
    for (let n = 0; n < 25; n += 1) angry.push(await stand.join('pupil', `学生${n}`));
    for (const one of angry) {
      const others = angry.filter((other) => other !== one).slice(0, 10);
      for (const other of others) await report(one, { kind: 'person', seatId: idOf(other) });
    }
    const quiet = await stand.join('pupil', '小红');
    await expect(report(quiet, target)).resolves.toBeUndefined();
    expect(stand.store.reports).toHaveLength(252);
    const { reports } = stand.room.parts.tools;
    const shown = reports.forTeacher(idOf(lecturer));
    expect(shown).toHaveLength(200);
    expect(shown.at(-1)).toMatchObject({ byName: '小红', aboutSeatId: idOf(bully) });
    for (const { reportId } of shown.slice(0, 100)) reports.see(stand.seat(lecturer, 'keepOrder'), reportId);
    expect(reports.forTeacher(idOf(lecturer)).map(({ reportId }) => reportId)).toContain(first?.reportId);
  });

  it('outlives the process; one that could not be kept may be made again (Y2, T1)', async () => {
    const { stand, pupil, target, report } = await reported();
    stand.store.isAway = true;
    await expect(report(pupil, target)).rejects.toMatchObject({ code: 'unavailable' });
    stand.store.isAway = false;
    await report(pupil, target);
    const after = new RulesStand({ before: stand, saved: stand.saved() });
    const lecturer = await after.join('lecturer', '王老师');
    expect(lecturer.snapshot).toMatchObject({ tools: { reports: [{ aboutName: '小刚' }] } });
  });
});
