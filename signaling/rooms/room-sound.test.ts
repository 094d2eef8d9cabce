import { describe, expect, it } from 'vitest';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import type { ClassRules } from '../protocol/class-order.ts';
import { RequestId } from '../protocol/ids.ts';

const GOOD = { verdict: 'ok', reachedDb: -20, noiseDb: -60, echoDb: -58 } as const;

const HELPS_WITHIN_MS = 12_000;

/** Its echo is found, and found again when ducking has had its time. */
async function muteForEcho(stand: RulesStand, teacher: TestPeer, peer: TestPeer): Promise<void> {
  stand.room.teacherOrders.reportEcho(stand.seat(teacher), idOf(peer));
  await stand.clock.pass(HELPS_WITHIN_MS);
  stand.room.teacherOrders.reportEcho(stand.seat(teacher), idOf(peer));
}

async function lessonWithSite() {
  const stand = new RulesStand({ kind: 'sky' });
  const teacher = await stand.join('lecturer', '王老师');
  const pupil = await stand.join('pupil', '小明');
  const site = await stand.join('site', '第二小学');
  const microphone = await stand.produce(site, 'microphone');
  const { sound } = stand.room.parts.tools;
  return { stand, teacher, pupil, site, microphone, sound };
}

async function lessonWithPupil() {
  const stand = new RulesStand();
  const teacher = await stand.join('lecturer', '王老师');
  const pupil = await stand.join('pupil', '小明');
  await stand.onStage(pupil);
  const microphone = await stand.produce(pupil, 'microphone');
  const unmute = (): void =>
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: false });
  return { stand, teacher, pupil, microphone, unmute };
}

const setMicrophones = (stand: RulesStand, microphones: ClassRules['microphones']): boolean =>
  stand.room.parts.tools.rules.set({ ...stand.room.parts.tools.rules.rules, microphones });

describe('the sound of classrooms', () => {
  it('is told to teachers alone, with the classroom’s check (Z1)', async () => {
    const { stand, teacher, pupil, site, sound } = await lessonWithSite();
    sound.report(stand.seat(site), { ...GOOD, verdict: 'tooLoud' });
    expect(teacher.of('soundChanged').at(-1)?.checks).toMatchObject([{ seatId: idOf(site), verdict: 'tooLoud' }]);
    expect(pupil.of('soundChanged')).toEqual([]);
    const late = await stand.join('coTeacher', '李老师');
    const seen = late.snapshot?.phase === 'inside' ? late.snapshot.tools.sound.checks : [];
    expect(seen).toHaveLength(1);
    const latePupil = await stand.join('pupil', '小红');
    expect(latePupil.snapshot).toMatchObject({ tools: { sound: { checks: [], echoes: [] } } });
    expect(() => sound.report(stand.seat(pupil), GOOD)).toThrow('only classrooms');
  });

  it('ducks a classroom whose microphone gives the teacher back, and names it; nobody else is told (Z2)', async () => {
    const { stand, teacher, pupil, site, microphone, sound } = await lessonWithSite();
    stand.room.teacherOrders.inviteToStage(idOf(site));
    sound.handleEcho(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    expect(teacher.of('soundChanged').at(-1)?.echoes).toMatchObject([{ displayName: '第二小学', state: 'ducked' }]);
    expect(site.of('soundChanged')).toEqual([{ checks: [], echoes: [], isDucked: true }]);
    expect(pupil.of('soundChanged')).toEqual([]);
    const reloaded = await stand.connect(site.token);
    expect(reloaded.snapshot).toMatchObject({ tools: { sound: { isDucked: true } } });
  });

  it('gives ducking its time to help (Z2)', async () => {
    const { stand, site, sound } = await lessonWithSite();
    const stateNow = () => sound.shown.echoes[0]?.state;
    sound.handleEcho(idOf(site));
    await stand.clock.pass(HELPS_WITHIN_MS - 1);
    sound.handleEcho(idOf(site));
    expect(stateNow()).toBe('ducked');
    await stand.clock.pass(1);
    sound.handleEcho(idOf(site));
    expect(stateNow()).toBe('muted');
    // Heard again, half of it is enough.
    stand.room.teacherOrders.inviteToStage(idOf(site));
    await stand.clock.pass(HELPS_WITHIN_MS / 2 - 1);
    sound.handleEcho(idOf(site));
    expect(stateNow()).toBe('ducked');
    await stand.clock.pass(1);
    sound.handleEcho(idOf(site));
    expect(stateNow()).toBe('muted');
    expect(site.of('soundChanged')).toHaveLength(1);
  });

  it('does not count the time in which its page could not be told (Z2)', async () => {
    const { stand, site, sound } = await lessonWithSite();
    stand.cut(site);
    sound.handleEcho(idOf(site));
    await stand.clock.pass(HELPS_WITHIN_MS);
    sound.handleEcho(idOf(site));
    await stand.connect(site.token);
    sound.handleEcho(idOf(site));
    await stand.clock.pass(HELPS_WITHIN_MS - 1);
    sound.handleEcho(idOf(site));
    expect(sound.shown.echoes).toMatchObject([{ state: 'ducked' }]);
    await stand.clock.pass(1);
    sound.handleEcho(idOf(site));
    expect(sound.shown.echoes).toMatchObject([{ state: 'muted' }]);
  });

  it('shuts a classroom that is still heard when it is ducked (Z2, Z4)', async () => {
    const { stand, teacher, site, microphone, sound } = await lessonWithSite();
    stand.room.teacherOrders.inviteToStage(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    await muteForEcho(stand, teacher, site);
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    expect(teacher.of('soundChanged').at(-1)?.echoes).toMatchObject([{ displayName: '第二小学', state: 'muted' }]);
    // Nobody there could unmute it.
    expect(site.of('mutedByTeacher')).toEqual([]);
    const reloaded = await stand.produce(site, 'microphone', 'after-a-reload');
    await settle();
    expect(stand.isPaused(reloaded)).toBe(true);
    expect(() => sound.handleEcho(idOf(teacher))).toThrow('teachers');
  });

  it('lets it be heard as it is, and neither ducks nor mutes it a second time (Z3)', async () => {
    const { stand, teacher, site, microphone, sound } = await lessonWithSite();
    stand.room.teacherOrders.inviteToStage(idOf(site));
    await muteForEcho(stand, teacher, site);
    sound.letGo(idOf(site));
    await muteForEcho(stand, teacher, site);
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    expect(teacher.of('soundChanged').at(-1)?.echoes).toMatchObject([{ state: 'letGo' }]);
    expect(site.of('soundChanged').at(-1)).toMatchObject({ isDucked: false });
  });

  it('hears a classroom that is called on, or presses its button, after all, ducked (Z3)', async () => {
    const { stand, teacher, site, microphone } = await lessonWithSite();
    for (const open of [
      () => stand.room.teacherOrders.inviteToStage(idOf(site)),
      () => stand.room.seatOrders.setTalking(stand.seat(site), true),
    ]) {
      await muteForEcho(stand, teacher, site);
      await settle();
      expect(stand.isPaused(microphone)).toBe(true);
      open();
      await settle();
      expect(stand.isPaused(microphone)).toBe(false);
      expect(teacher.of('soundChanged').at(-1)?.echoes).toMatchObject([{ state: 'ducked' }]);
    }
  });

  it('tells a pupil why it is muted, who may unmute (Z2, M7)', async () => {
    const stand = new RulesStand();
    const teacher = await stand.join('lecturer', '王老师');
    const pupil = await stand.join('pupil', '小明');
    await stand.onStage(pupil);
    const microphone = await stand.produce(pupil, 'microphone');
    await muteForEcho(stand, teacher, pupil);
    await settle();
    expect(pupil.of('mutedByTeacher')).toEqual([{ producerIds: [microphone], cause: 'echo' }]);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: false });
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
    expect(stand.room.parts.tools.sound.shown.echoes).toMatchObject([{ state: 'ducked' }]);
  });

  it('lets a teacher who mutes all call on a classroom again, which is then heard (M7)', async () => {
    const { stand, teacher, site, microphone } = await lessonWithSite();
    stand.room.teacherOrders.muteAll(stand.seat(teacher));
    expect(site.of('mutedByTeacher')).toEqual([]);
    stand.room.teacherOrders.inviteToStage(idOf(site));
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
  });

  it('leaves it to a teacher to open the microphone again while teachers alone do (Z3, O4)', async () => {
    const { stand, teacher, pupil, microphone, unmute } = await lessonWithPupil();
    setMicrophones(stand, 'teachers');
    for (const open of [
      () => stand.room.teacherOrders.openMicrophone(idOf(pupil)),
      () => stand.room.teacherOrders.letEchoGo(idOf(pupil)),
    ]) {
      await muteForEcho(stand, teacher, pupil);
      expect(pupil.of('orderChanged').at(-1)?.order.openedSeatIds).toEqual([]);
      expect(unmute).toThrow('closedByTeacher');
      await settle();
      expect(stand.isPaused(microphone)).toBe(true);
      open();
      await settle();
      expect(stand.isPaused(microphone)).toBe(false);
      expect(pupil.of('orderChanged').at(-1)?.order.openedSeatIds).toEqual([idOf(pupil)]);
    }
  });

  it('leaves shut what its owner has shut (Z3, O5)', async () => {
    const { stand, teacher, pupil, microphone } = await lessonWithPupil();
    setMicrophones(stand, 'teachers');
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: microphone, paused: true });
    await muteForEcho(stand, teacher, pupil);
    stand.room.teacherOrders.letEchoGo(idOf(pupil));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    stand.room.teacherOrders.openMicrophone(idOf(pupil));
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
  });

  it('keeps the hold for echo when a pupil whom teachers keep shut sends anew (Z3, O4)', async () => {
    const { stand, teacher, pupil } = await lessonWithPupil();
    setMicrophones(stand, 'teachers');
    await muteForEcho(stand, teacher, pupil);
    const anew = await stand.produce(pupil, 'microphone', 'anew');
    await settle();
    expect(stand.isPaused(anew)).toBe(true);
    expect(stand.room.parts.tools.sound.isMuted(idOf(pupil))).toBe(true);
    setMicrophones(stand, 'themselves');
    await settle();
    expect(stand.isPaused(anew)).toBe(true);
    stand.room.seatOrders.setProducerPaused(stand.seat(pupil), { producerId: anew, paused: false });
    await settle();
    expect(stand.isPaused(anew)).toBe(false);
  });

  it('mutes only whom the teacher hears while groups run, and what the rules opened before is open after (Z2, N3, N6)', async () => {
    const { stand, teacher, pupil, microphone, unmute } = await lessonWithPupil();
    setMicrophones(stand, 'teachers');
    const { groups, tools } = stand.room.parts;
    groups.open({
      ...{ requestId: RequestId.parse('open-1'), count: 2, placesRest: false, durationMs: null },
      members: [{ seatId: idOf(pupil), group: 1 }],
    });
    await muteForEcho(stand, teacher, pupil);
    expect(tools.sound.isMuted(idOf(pupil))).toBe(false);
    stand.room.teacherOrders.visitGroup(stand.seat(teacher), 1);
    await muteForEcho(stand, teacher, pupil);
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    groups.close();
    await settle();
    expect(stand.isPaused(microphone)).toBe(true);
    unmute();
    await settle();
    expect(stand.isPaused(microphone)).toBe(false);
  });

  it('survives the loss of the process (T1)', async () => {
    const { stand, teacher, site, sound } = await lessonWithSite();
    sound.report(stand.seat(site), GOOD);
    await muteForEcho(stand, teacher, site);
    const next = new RulesStand({ before: stand, saved: stand.saved() });
    expect(next.room.parts.tools.sound.shown).toMatchObject({
      checks: [{ verdict: 'ok' }],
      echoes: [{ state: 'muted' }],
    });
  });
});
