import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newLesson } from '../../tests/support/rooms/lessons.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { PersonId } from '../protocol/ids.ts';
import type { ExpectedPerson } from './ports.ts';

const entryOf = async (stand: RulesStand, peer: TestPeer) => {
  const { roll, tools } = stand.room.parts;
  return (await tools.activity.entries(roll.entries())).find(({ seatId }) => seatId === peer.seatId);
};
const talk = (stand: RulesStand, peer: TestPeer, ms: number): void =>
  stand.node.listener.onTalked([{ seatId: idOf(peer), ms }]);
const raiseHand = (stand: RulesStand, peer: TestPeer, raised: boolean): void =>
  stand.room.seatOrders.setHand(stand.seat(peer, 'raiseHand'), raised);

const expected = (displayName: string, schoolName: string): ExpectedPerson => ({
  ...{ personId: PersonId.parse(`person-${randomUUID()}`), rollKey: displayName, displayName },
  ...{ classGroup: null, schoolName },
});

describe('what a seat does in a lesson', () => {
  it('is counted: how long it was heard, and each hand once, however often it is asked for (D1)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    talk(stand, pupil, 1_500);
    talk(stand, pupil, 500);
    raiseHand(stand, pupil, true);
    raiseHand(stand, pupil, true);
    raiseHand(stand, pupil, false);
    raiseHand(stand, pupil, true);
    expect(await entryOf(stand, pupil)).toMatchObject({
      talkedMs: 2_000,
      handsRaised: 2,
      state: 'present',
      answers: 0,
    });
  });

  it('counts a line for as long as it is measured, by its worse direction, and not while the seat is away (D2)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    stand.node.listener.onLineQuality(idOf(pupil), null, 9);
    await stand.clock.pass(2_000);
    stand.node.listener.onLineQuality(idOf(pupil), 2, 9);
    await stand.clock.pass(3_000);
    expect(await entryOf(stand, pupil)).toMatchObject({ line: 2, lineMs: 5_000, poorLineMs: 3_000 });
    stand.node.listener.onLineQuality(idOf(pupil), null, null);
    await stand.clock.pass(60_000);
    expect(await entryOf(stand, pupil)).toMatchObject({ line: null, lineMs: 5_000, poorLineMs: 3_000 });
    stand.node.listener.onLineQuality(idOf(pupil), null, 8);
    stand.cut(pupil);
    await stand.clock.pass(60_000);
    // What a cut costs at most is the time until it is next looked at.
    const { lineMs = 0, line } = (await entryOf(stand, pupil)) ?? {};
    expect(line).toBeNull();
    expect(lineMs).toBeLessThanOrEqual(5_000 + 5_000);
  });

  it('is told the lecturer and the lecturing school of everybody, other teachers of their own school’s pupils (D4)', async () => {
    const absent = [expected('没来的', '新和县小学'), expected('也没来', '实验小学')];
    const stand = new RulesStand({ lesson: { ...newLesson('sky'), expected: absent } });
    const lecturer = await stand.join('lecturer', '王老师');
    const colleague = await stand.join('coTeacher', '李老师');
    const from = (seat: 'coTeacher' | 'pupil', name: string, schoolName: string | null) =>
      stand.joinAs({ ...stand.claims(seat, name), schoolName });
    const farTeacher = await from('coTeacher', '古丽老师', '新和县小学');
    const schoolless = await from('coTeacher', '教研员', null);
    await from('pupil', '小明', '实验小学');
    const gone = await from('pupil', '阿依', '新和县小学');
    await from('pupil', '来宾', null);
    stand.room.leave(stand.seat(gone));
    const { roll, tools } = stand.room.parts;
    const namesFor = async (peer: TestPeer) =>
      (await tools.activity.entriesFor(stand.seat(peer), roll)).map(({ displayName }) => displayName).toSorted();
    const all = ['没来的', '也没来', '小明', '阿依', '来宾'].toSorted();
    expect([await namesFor(lecturer), await namesFor(colleague)]).toEqual([all, all]);
    expect(await namesFor(farTeacher)).toEqual(['没来的', '阿依'].toSorted());
    expect(await namesFor(schoolless)).toEqual([]);
    tools.lead.handOver(idOf(farTeacher));
    expect(await namesFor(farTeacher)).toEqual(all);
  });

  it('is written down every five seconds, and goes on from there in the process that takes over (D3)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    talk(stand, pupil, 4_000);
    raiseHand(stand, pupil, true);
    await stand.clock.pass(5_000);
    talk(stand, pupil, 2_000);
    stand.room.abandon(null);
    const next = new RulesStand({ before: stand, saved: stand.saved() });
    talk(next, pupil, 500);
    // The two seconds since the last writing are lost with the process, the hand that is still up is not counted again.
    expect(await entryOf(next, pupil)).toMatchObject({ talkedMs: 4_500, handsRaised: 1 });
    await next.clock.pass(5_000);
    const stored = await next.store.activity(next.lesson.facts.lessonId);
    expect(stored).toMatchObject([{ seatId: pupil.seatId, talkedMs: 4_500, handsRaised: 1 }]);
  });

  it('is kept until the database is back, and for good when the lesson ends (D3)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    talk(stand, pupil, 1_000);
    stand.store.isAway = true;
    await stand.clock.pass(20_000);
    stand.store.isAway = false;
    await stand.clock.pass(5_000);
    const { lessonId } = stand.lesson.facts;
    expect(await stand.store.activity(lessonId)).toMatchObject([{ talkedMs: 1_000 }]);
    talk(stand, pupil, 700);
    stand.room.end();
    await settle();
    expect(await stand.store.activity(lessonId)).toMatchObject([{ talkedMs: 1_700 }]);
  });
});

describe('whoever inspects a lesson', () => {
  it('is told by name to everybody, in however large an audience (S6)', async () => {
    const stand = new RulesStand();
    await stand.join('lecturer', '王老师');
    for (let n = 0; n < 60; n += 1) await stand.join('pupil', `学生${n}`);
    const inspector = await stand.join('observer', '教研员');
    const { participants, audienceCount } = stand.room.parts.participants.visible();
    expect(participants.find(({ seatId }) => seatId === inspector.seatId)).toMatchObject({ seat: 'observer' });
    expect(audienceCount).toBe(60);
  });
});
