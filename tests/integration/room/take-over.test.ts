import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InsideSnapshot } from '../../../signaling/protocol/room.ts';
import { RoomStand } from './room-stand.ts';

describe('losing a process', () => {
  let stand: RoomStand;

  beforeAll(async () => {
    stand = await RoomStand.create();
  });
  afterEach(() => stand.disconnectAll());
  afterAll(async () => await stand.close());

  it('of signaling: the next one has seats, stage, hands, lobby and media as they were (T1, T4)', async () => {
    const first = await stand.signaling();
    const lesson = stand.lesson('sky', { isRecorded: true });
    const teacher = await stand.join(first, lesson, 'lecturer', '王老师');
    const microphone = await teacher.produce('microphone');
    const pupil = await stand.join(first, lesson, 'pupil', '小明');
    const site = await stand.join(first, lesson, 'site', '和田一小');
    const siteMicrophone = await site.produce('microphone');
    const guest = await stand.join(first, lesson, 'guest', '爷爷');
    await teacher.call('inviteToStage', { seatId: pupil.seatId });
    await pupil.call('answerStageInvitation', { accept: true });
    await site.call('setHand', { raised: true });
    await teacher.call('setLocked', { locked: true });
    await vi.waitFor(() => expect(stand.recordingControl.goals.at(-1)?.producers).toHaveLength(2));
    const goal = stand.recordingControl.goals.at(-1);
    // Everything is in Redis at most 200 ms after it happened (T2).
    await vi.waitFor(async () =>
      expect(await stand.savedRoom(lesson)).toMatchObject({ locked: true, stage: [pupil.seatId] }),
    );
    await first.crash();

    const second = await stand.signaling();
    await second.registry.restore();
    const snapshots: Record<string, InsideSnapshot> = {};
    for (const [name, client] of Object.entries({ teacher, pupil, site })) {
      await client.connect(second.url);
      snapshots[name] = client.inside;
    }
    expect(snapshots['teacher']).toMatchObject({
      needsTransports: false,
      locked: true,
      hands: [{ seatId: site.seatId }],
      waiting: [{ seatId: guest.seatId }],
    });
    expect(snapshots['pupil']).toMatchObject({ needsTransports: false, self: { onStage: true } });
    const producers = snapshots['pupil']?.producers ?? [];
    expect(Object.fromEntries(producers.map(({ producerId, paused }) => [producerId, paused]))).toEqual({
      [microphone]: false,
      [siteMicrophone]: true,
    });
    // The page that lost its consumers asks and gets new ones.
    expect(await pupil.consume([microphone])).toMatchObject([{ producerId: microphone }]);
    await vi.waitFor(() => expect(stand.recordingControl.goals.at(-1)?.fence).toBeGreaterThan(goal?.fence ?? 0));
    expect(stand.recordingControl.goals.at(-1)).toMatchObject({ recordingId: goal?.recordingId });
    const tracks = (recorded: typeof goal) => recorded?.producers.map(({ trackId }) => trackId).sort();
    await vi.waitFor(() => expect(tracks(stand.recordingControl.goals.at(-1))).toEqual(tracks(goal)));
    await second.close();
  });

  it('of signaling: an owner that is not dead lets go of a room that another has taken (T3)', async () => {
    const first = await stand.signaling();
    const lesson = stand.lesson('live');
    const teacher = await stand.join(first, lesson, 'lecturer', '王老师');
    const second = await stand.signaling();
    await vi.waitFor(async () => expect(await stand.savedRoom(lesson)).not.toBeNull());
    await second.registry.restore();
    await teacher.heardNotice('closed', ({ reason }) => reason === 'roomGone');
    await expect(teacher.connect(second.url)).resolves.toMatchObject({ phase: 'inside' });
    await second.close();
    await first.close();
  });

  it('of a worker: the room is opened anew and everybody is told to make their media again (M9)', async () => {
    const signaling = await stand.signaling();
    const lesson = stand.lesson('live', { isRecorded: true });
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    await teacher.produce('camera');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    expect(pupil.inside.consumers).toHaveLength(1);
    pupil.forget();
    for (const pid of await workersOf(process.pid)) process.kill(pid, 'SIGKILL');
    await Promise.all([teacher, pupil].map(async (client) => await client.heardNotice('mediaReset')));
    await pupil.heardNotice('snapshot', (snapshot) => snapshot.phase === 'inside' && snapshot.needsTransports);
    await teacher.createTransports();
    const camera = await teacher.produce('camera');
    await pupil.createTransports();
    await pupil.heardNotice('producerAdded', ({ producerId }) => producerId === camera);
    expect(await pupil.consume([camera])).toMatchObject([{ producerId: camera }]);
    await vi.waitFor(() =>
      expect(stand.recordingControl.goals.at(-1)?.producers).toMatchObject([{ producerId: camera }]),
    );
    await signaling.close();
  });

  it('of Redis: the lesson goes on, and the room is saved when it is back, even empty (T2)', async () => {
    const signaling = await stand.signaling();
    const lesson = stand.lesson('live');
    const teacher = await stand.join(signaling, lesson, 'lecturer', '王老师');
    const pupil = await stand.join(signaling, lesson, 'pupil', '小明');
    await stand.redis.kill();
    await teacher.call('sendChat', { requestId: randomUUID(), text: '继续上课' });
    await pupil.heardNotice('chat');
    await teacher.call('setLocked', { locked: true });
    await pupil.heardNotice('lockChanged');
    await stand.redis.up();
    await vi.waitFor(async () => expect(await stand.savedRoom(lesson)).toMatchObject({ locked: true }), {
      timeout: 10_000,
    });
    await stand.forgetEverything();
    await vi.waitFor(async () => expect(await stand.savedRoom(lesson)).toMatchObject({ locked: true }), {
      timeout: 10_000,
    });
    await signaling.close();
  });
});

/** mediasoup workers that this process has started. */
async function workersOf(parent: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${parent}/task`);
  const children = await Promise.all(
    tasks.map(async (task) => await readFile(`/proc/${parent}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const pids = children.flatMap((line) => line.split(' ').filter(Boolean).map(Number));
  const commands = await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, index) => commands[index]?.startsWith('mediasoup') === true);
}
