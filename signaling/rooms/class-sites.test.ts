import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openGroups } from '../../tests/support/rooms/group-lessons.ts';
import { claimsOf } from '../../tests/support/rooms/lessons.ts';
import { settle } from '../../tests/support/rooms/manual-clock.ts';
import { idOf, RulesStand, type TestPeer } from '../../tests/support/rooms/rules-stand.ts';
import { RequestId, type SeatId } from '../protocol/ids.ts';
import type { SiteSetup } from '../protocol/sites.ts';
import { TAKE_OVER_AFTER_MS } from './lesson-lead.ts';

const SETUP: SiteSetup = {
  ...{ cameras: ['pupils', 'teacher'], camera: 'pupils', hasMicrophone: true, isMicrophoneOff: false },
  ...{ volume: 80, layout: 'auto', screens: 2 },
};

/** A sky lesson with its lecturer, a listening classroom, and the phone of the teacher in it. */
async function classroom() {
  const stand = new RulesStand({ kind: 'sky', facts: { isRecorded: true } });
  const lecturer = await stand.join('lecturer', '林老师');
  const site = await stand.join('site', '三年级教室');
  const siteClaims = stand.claims('site', '三年级教室');
  const phoneClaims = stand.claims('coTeacher', '艾老师');
  if (siteClaims.identity.kind !== 'site' || phoneClaims.identity.kind !== 'person')
    throw new Error('other identities');
  const { siteId } = siteClaims.identity;
  const { personId } = phoneClaims.identity;
  const pairing = `${siteId}:${personId}`;
  stand.store.phones.add(pairing);
  const phone = await stand.joinAs({ ...phoneClaims, phoneOf: siteId });
  return { stand, lecturer, site, phone, siteId, pairing };
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'allowed',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

const sitesOf = (peer: TestPeer) => (peer.snapshot?.phase === 'inside' ? peer.snapshot.tools.sites : null);
const requestId = () => RequestId.parse(randomUUID());

describe('the screen of a listening classroom', () => {
  it('tells teachers, and only them, how it is (F1)', async () => {
    const { stand, lecturer, site } = await classroom();
    const pupil = await stand.join('pupil', '小明');
    stand.room.parts.tools.sites.report(stand.seat(site), SETUP);
    expect(lecturer.of('siteSetupChanged')).toEqual([{ seatId: idOf(site), setup: SETUP }]);
    expect(pupil.of('siteSetupChanged')).toEqual([]);
    const late = await stand.join('coTeacher', '陈老师');
    expect(sitesOf(late)?.setups).toEqual([{ seatId: idOf(site), setup: SETUP }]);
    expect(sitesOf(await stand.join('pupil', '小红'))?.setups).toEqual([]);
  });

  it('is the only seat that takes orders or reports (F1, F2)', async () => {
    const { stand, lecturer, site } = await classroom();
    const { sites } = stand.room.parts.tools;
    sites.control(idOf(site), { kind: 'camera', camera: 'teacher' });
    expect(site.of('siteOrder')).toEqual([{ order: { kind: 'camera', camera: 'teacher' } }]);
    expect(lecturer.of('siteOrder')).toEqual([]);
    expect(() => sites.control(idOf(lecturer), { kind: 'reload' })).toThrow('not a site');
    expect(() => sites.report(stand.seat(lecturer), SETUP)).toThrow('not a site');
    stand.cut(site);
    expect(() => sites.control(idOf(site), { kind: 'reload' })).toThrow('not connected');
  });
});

describe('the phone of the teacher beside the pupils', () => {
  it('raises the hand of its own class and says who speaks, until the class leaves the stage (F4, F6)', async () => {
    const { stand, lecturer, site, phone } = await classroom();
    const { sites } = stand.room.parts.tools;
    const own = await sites.classOf(stand.seat(phone, 'controlSites'));
    stand.room.seatOrders.setHand(own, true);
    sites.setSpeaker(own.seatId, '古丽');
    expect(stand.room.parts.hands.list().map(({ seatId }) => seatId)).toEqual([idOf(site)]);
    expect(lecturer.of('classSpeakerChanged')).toEqual([{ seatId: idOf(site), name: '古丽' }]);
    stand.room.teacherOrders.inviteToStage(idOf(site));
    stand.room.teacherOrders.removeFromStage(idOf(site));
    expect(lecturer.of('classSpeakerChanged').at(-1)).toEqual({ seatId: idOf(site), name: null });
  });

  it('names nobody while its class is in a group (F6)', async () => {
    const { stand, lecturer, site, phone } = await classroom();
    await stand.room.seatOrders.setClassSpeaker(stand.seat(phone), '古丽');
    openGroups(stand, { members: [[site, 1]] });
    expect(lecturer.of('classSpeakerChanged').at(-1)).toEqual({ seatId: idOf(site), name: null });
    await expect(stand.room.seatOrders.setClassSpeaker(stand.seat(phone), '古丽')).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('neither sends nor receives media (F4)', async () => {
    const { stand, lecturer, phone } = await classroom();
    const orders = stand.room.seatOrders;
    await orders.createTransports(stand.seat(lecturer), { rtpCapabilities: {}, sendOnly: true });
    const voice = await stand.produce(lecturer, 'microphone');
    const pair = await orders.createTransports(stand.seat(phone), { rtpCapabilities: {}, sendOnly: false });
    expect(pair.transports.send).toBeNull();
    for (const source of ['microphone', 'camera', 'screen', 'wall'] as const)
      await expect(stand.produce(phone, source)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(stand.room.parts.media.consume(idOf(phone), [voice])).rejects.toMatchObject({ code: 'forbidden' });
    expect(await stand.room.parts.media.readyMade(idOf(phone))).toEqual([]);
  });

  it('gives the lesson back to its lecturer when the pairing ends (F5, O6)', async () => {
    const { stand, lecturer, phone, pairing } = await classroom();
    stand.cut(lecturer);
    await stand.clock.pass(TAKE_OVER_AFTER_MS);
    stand.room.parts.tools.lead.takeOver(stand.seat(phone, 'keepOrder'));
    const back = await stand.join('lecturer', '林老师');
    expect(back.snapshot).toMatchObject({ self: { seat: 'coTeacher' } });
    stand.store.phones.delete(pairing);
    await stand.room.teacherOrders.dropStraySeats();
    await settle();
    expect(phone.closedFor).toBe('removed');
    expect(back.snapshot).toMatchObject({ self: { seat: 'lecturer' } });
  });

  it('goes silent when its screen comes anew before the old line is known to be dead (G5)', async () => {
    const { stand, site } = await classroom();
    stand.room.seatOrders.setTalking(stand.seat(site), true);
    const again = await stand.connect(site.token);
    expect(stand.room.parts.halfDuplex.isTalking(idOf(again))).toBe(false);
    stand.room.seatOrders.setTalking(stand.seat(again), true);
    await stand.room.enter(stand.claims('site', '三年级教室'));
    expect(stand.room.parts.halfDuplex.isTalking(idOf(site))).toBe(false);
  });

  it('may nothing of the kind without a pairing, or once it has ended (F4)', async () => {
    const { stand, phone, lecturer, pairing } = await classroom();
    const { sites } = stand.room.parts.tools;
    const unpaired = await stand.join('coTeacher', '马老师');
    expect(await codeOf(sites.classOf(stand.seat(unpaired)))).toBe('forbidden');
    expect(await codeOf(sites.classOf(stand.seat(lecturer)))).toBe('forbidden');
    stand.store.phones.delete(pairing);
    expect(await codeOf(sites.classOf(stand.seat(phone)))).toBe('forbidden');
  });

  it('goes on while the database is away, since nobody can unpair it meanwhile (F4)', async () => {
    const { stand, phone, site } = await classroom();
    stand.store.isAway = true;
    expect((await stand.room.parts.tools.sites.classOf(stand.seat(phone))).seatId).toBe(idOf(site));
  });

  it('loses its seat when it is unpaired, and its tokens open nothing (F5)', async () => {
    const { stand, phone, pairing } = await classroom();
    await stand.room.teacherOrders.dropStraySeats();
    expect(phone.closedFor).toBeNull();
    stand.store.phones.delete(pairing);
    await stand.room.teacherOrders.dropStraySeats();
    await settle();
    expect(phone.closedFor).toBe('removed');
    await expect(stand.connect(phone.token)).rejects.toThrow('seatTokenInvalid');
  });

  it('knows the screen itself as one of the classroom no more once it is unenrolled (F5)', async () => {
    const { stand, lecturer, site, siteId } = await classroom();
    const other = await stand.join('site', '四年级教室');
    stand.store.unenrolled.add(siteId);
    stand.store.isAway = true;
    await stand.room.teacherOrders.dropStraySeats();
    expect(site.closedFor).toBeNull();
    stand.store.isAway = false;
    await stand.room.teacherOrders.dropStraySeats();
    await settle();
    expect([site.closedFor, other.closedFor, lecturer.closedFor]).toEqual(['removed', null, null]);
    await expect(stand.connect(site.token)).rejects.toThrow('seatTokenInvalid');
  });

  it('counts as a teacher: the class stays safe while it is there (X1)', async () => {
    const { stand, lecturer, phone } = await classroom();
    stand.cut(lecturer);
    await stand.clock.pass(20_000);
    expect(stand.room.parts.safeMode.isActive).toBe(false);
    stand.cut(phone);
    await stand.clock.pass(10_001);
    expect(stand.room.parts.safeMode.isActive).toBe(true);
  });

  it('knows its class again after a take-over, and so does everybody who speaks (T1)', async () => {
    const { stand, site, phone, siteId } = await classroom();
    stand.room.parts.tools.sites.report(stand.seat(site), SETUP);
    stand.room.parts.tools.sites.setSpeaker(idOf(site), '古丽');
    const next = new RulesStand({ before: stand, saved: stand.saved() });
    const back = await next.connect(phone.token);
    expect(sitesOf(back)).toEqual({
      setups: [{ seatId: idOf(site), setup: SETUP }],
      speakers: [{ seatId: idOf(site), name: '古丽' }],
      ownSite: idOf(site),
      notes: [],
    });
    expect(next.seat(back).phoneOf).toBe(siteId);
  });

  it('is told when its screen comes after it (F4)', async () => {
    const stand = new RulesStand({ kind: 'sky' });
    await stand.join('lecturer', '林老师');
    const { identity } = stand.claims('site', '教室');
    const siteId = identity.kind === 'site' ? identity.siteId : null;
    const phone = await stand.joinAs({ ...claimsOf(stand.lesson, 'coTeacher', '艾老师'), phoneOf: siteId });
    expect(sitesOf(phone)?.ownSite).toBeNull();
    const site = await stand.join('site', '教室');
    stand.room.parts.tools.sites.report(stand.seat(site), SETUP);
    expect(phone.of('ownSiteChanged')).toEqual([{ seatId: idOf(site) }]);
  });

  it('is noted for the recording only where pupils may be in it (R7)', async () => {
    const named = async (recordsPupils: boolean): Promise<boolean> => {
      const { stand: first } = await classroom();
      const stand = new RulesStand({ lesson: { ...first.lesson, recordsPupils } });
      await stand.join('lecturer', '林老师');
      const site = await stand.join('site', '教室');
      await settle();
      stand.room.parts.tools.sites.setSpeaker(idOf(site), '古丽');
      return JSON.stringify(stand.saved().recording).includes('古丽') || JSON.stringify(stand.control).includes('古丽');
    };
    expect(await named(true)).toBe(true);
    expect(await named(false)).toBe(false);
  });
});

describe('a line between two teachers', () => {
  it('reaches the lecturer alone, once, and the answer comes back (F7)', async () => {
    const { stand, lecturer, phone } = await classroom();
    const other = await stand.join('coTeacher', '马老师');
    const { notes } = stand.room.parts.tools;
    const id = requestId();
    const note = notes.send(stand.seat(phone), id, null, '声音有点小');
    expect(notes.send(stand.seat(phone), id, null, '声音有点小')).toEqual(note);
    expect(lecturer.of('teacherNote')).toEqual([{ note }]);
    expect(other.of('teacherNote')).toEqual([]);
    notes.send(stand.seat(lecturer), requestId(), idOf(phone), '好的');
    expect(phone.of('teacherNote').map(({ note: { text } }) => text)).toEqual(['声音有点小', '好的']);
    const late = await stand.join('coTeacher', '周老师');
    expect(sitesOf(late)?.notes).toEqual([]);
  });

  it('reaches no pupil, no site, and not oneself (F7)', async () => {
    const { stand, lecturer, site, phone } = await classroom();
    const pupil = await stand.join('pupil', '小明');
    const send = (from: TestPeer, to: SeatId | null) => async () =>
      await Promise.resolve(stand.room.parts.tools.notes.send(stand.seat(from), requestId(), to, '…'));
    expect(await codeOf(send(phone, idOf(pupil))())).toBe('forbidden');
    expect(await codeOf(send(phone, idOf(site))())).toBe('forbidden');
    expect(await codeOf(send(lecturer, null)())).toBe('forbidden');
  });

  it('is kept 200 deep (F7)', async () => {
    const { stand, phone } = await classroom();
    for (let n = 0; n < 230; n += 1)
      stand.room.parts.tools.notes.send(stand.seat(phone), requestId(), null, `第 ${n} 条`);
    const kept = stand.room.parts.tools.notes.save();
    expect([kept.length, kept.at(-1)?.text]).toEqual([200, '第 229 条']);
  });
});
