import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../../signaling/protocol/version.ts';
import { claimsOf } from '../../support/rooms/lessons.ts';
import { RoomStand } from './room-stand.ts';

describe('a network without WebSocket', () => {
  let stand: RoomStand;
  beforeAll(async () => {
    stand = await RoomStand.create();
  });
  afterAll(async () => await stand.close());

  it('still reaches the room by long polling, beside the HTTP application (H1, H4)', async () => {
    const signaling = await stand.signaling();
    const lesson = stand.lesson('live');
    const entered = await signaling.registry.enter(claimsOf(lesson, 'lecturer', '王老师'));
    const socket = io(`${signaling.url}/room`, {
      ...{ transports: ['polling'], forceNew: true, reconnection: false },
      auth: { version: PROTOCOL_VERSION, roomId: lesson.facts.roomId, seatToken: entered.seatToken },
    });
    const snapshot = await new Promise<unknown>((resolve, reject) => {
      socket.on('snapshot', resolve);
      socket.on('connect_error', reject);
    });
    expect(snapshot).toMatchObject({ phase: 'inside', self: { seatId: entered.seatId } });
    expect(await socket.emitWithAck('setLocked', { locked: true })).toEqual({ ok: true, data: {} });
    socket.disconnect();
    const page = await fetch(`${signaling.url}/anything`);
    expect(page.status).toBe(404);
  });
});
