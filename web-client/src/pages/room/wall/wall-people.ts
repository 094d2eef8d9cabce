import { useEffect, useState } from 'react';
import type { ProducerId, SeatId } from '../../../../../signaling/protocol/ids.ts';
import { isTeacherSeat } from '../../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { useCall } from '../call-context.ts';

export interface WallFace {
  readonly producerId: ProducerId;
  readonly seatId: SeatId;
  readonly name: string;
  readonly hasHand: boolean;
  readonly isPaused: boolean;
  /** Seen by everybody already. */
  readonly isOnStage: boolean;
}

/** Everybody on the class wall, in the order in which they came: nobody's place changes when another comes. */
export function facesOf(state: InsideState, others: ReadonlyMap<SeatId, string>): WallFace[] {
  const named = new Map(state.participants.map(({ seatId, displayName }) => [seatId, displayName]));
  const hands = new Set(state.hands.map(({ seatId }) => seatId));
  return state.producers
    .filter(({ source }) => source === 'wall')
    .map(({ producerId, seatId, paused }) => ({
      producerId,
      seatId,
      name: named.get(seatId) ?? others.get(seatId) ?? '…',
      hasHand: hands.has(seatId),
      isPaused: paused,
      isOnStage: false,
    }));
}

/** Pupils and listening classrooms that everybody sees. */
export function stageFacesOf(state: InsideState): readonly WallFace[] {
  const hands = new Set(state.hands.map(({ seatId }) => seatId));
  return state.participants.flatMap(({ seatId, seat, displayName: name }) => {
    const camera = state.producers.find((producer) => producer.seatId === seatId && producer.source === 'camera');
    if (camera === undefined || isTeacherSeat(seat)) return [];
    const { producerId, paused: isPaused } = camera;
    return [{ producerId, seatId, name, hasHand: hands.has(seatId), isPaused, isOnStage: true }];
  });
}

/** Of a large room only a first page is told by name; whoever is on the wall behind it is asked for. */
export function useWallFaces(state: InsideState): readonly WallFace[] {
  const { actions } = useCall();
  const [others, setOthers] = useState<ReadonlyMap<SeatId, string>>(new Map());
  const faces = facesOf(state, others);
  const nameless = faces
    .filter(({ name }) => name === '…')
    .map(({ seatId }) => seatId)
    .join(' ');
  useEffect(() => {
    if (nameless === '') return undefined;
    let isWanted = true;
    const load = async (): Promise<void> => {
      const found = new Map<SeatId, string>();
      for (let offset = 0, total = 1; offset < total;) {
        const page = await actions.participants(offset);
        if (page === null || page.participants.length === 0) break;
        offset += page.participants.length;
        for (const { seatId, displayName } of page.participants) found.set(seatId, displayName);
        ({ total } = page);
      }
      if (isWanted) setOthers(found);
    };
    void load();
    return () => {
      isWanted = false;
    };
  }, [actions, nameless]);
  return faces;
}
