import { describe, expect, it } from 'vitest';
import { lessonOf, openGroups, speak } from '../../tests/support/rooms/group-lessons.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { FIRST_RULES } from '../protocol/class-order.ts';
import { RequestId } from '../protocol/ids.ts';

describe('groups', () => {
  it('that ended while the process was away mute who was quiet on stage, once what is sent is known (N6)', async () => {
    const { stand: before, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    await before.onStage(ming);
    openGroups(before, {
      members: [
        [ming, 1],
        [hong, 1],
      ],
      durationMs: 60_000,
    });
    const voice = await speak(before, ming);
    const saved = before.saved();
    before.room.abandon(null);
    await before.clock.pass(61_000);
    const after = new RulesStand({ before, saved });
    await after.clock.pass(1_000);
    after.room.parts.groups.close();
    for (const [id, producer] of before.node.producers) after.node.producers.set(id, producer);
    for (const [id, peer] of before.node.peers) after.node.peers.set(id, peer);
    after.node.listener.onAdopted(after.node.describe());
    await after.clock.pass(1);
    await settle();
    expect(after.room.parts.groups.shown).toBeNull();
    expect(after.isPaused(voice)).toBe(true);
  });

  it('do not count as open what is open in them alone, when teachers take the microphones (O5)', async () => {
    const { stand, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    await stand.onStage(ming);
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
      ],
    });
    const voice = await speak(stand, ming);
    stand.room.parts.tools.rules.set({ ...FIRST_RULES, microphones: 'teachers' });
    expect(stand.isPaused(voice)).toBe(false);
    stand.room.parts.groups.close();
    await settle();
    expect(stand.isPaused(voice)).toBe(true);
    expect(stand.room.parts.tools.rules.opened).toEqual([]);
  });

  it('get nothing of a message that was written elsewhere (N7)', async () => {
    const { stand, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    const sending = stand.room.seatOrders.sendChat(stand.seat(ming), RequestId.parse('m2'), '给全班');
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
      ],
    });
    await expect(sending).rejects.toMatchObject({ code: 'conflict' });
    expect(hong.of('chat')).toEqual([]);
  });

  it('do not hear again, and nobody else does, what is repeated when they are over (N7)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明', '小红']);
    const [ming, hong] = pupils as [TestPeer, TestPeer];
    openGroups(stand, {
      members: [
        [ming, 1],
        [hong, 1],
      ],
    });
    const say = async (id: string) =>
      await stand.room.seatOrders.sendChat(stand.seat(ming), RequestId.parse(id), '只给我们组', 1);
    const said = await say('m3');
    stand.room.parts.groups.close();
    expect(await say('m3')).toEqual(said);
    await expect(say('m4')).rejects.toMatchObject({ code: 'conflict' });
    expect(teacher.of('chat')).toEqual([]);
    expect(hong.of('chat')).toHaveLength(1);
  });

  it('hear the teacher’s word once, however often it is sent, and no refused one (N7, Y1)', async () => {
    const { stand, teacher, pupils } = await lessonOf(['小明']);
    const [ming] = pupils as [TestPeer];
    openGroups(stand, { members: [[ming, 1]] });
    const tell = async (text: string) =>
      await stand.room.teacherOrders.tellGroups(stand.seat(teacher), RequestId.parse('t1'), text);
    await Promise.all([tell('请选代表'), tell('请选代表')]);
    await tell('请选代表');
    expect(ming.of('groupsTold')).toHaveLength(1);
  });
});
