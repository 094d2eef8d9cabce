import { useEffect, useState } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import type { RequestFailure } from '../../api/request-failure.ts';
import { RoomCall } from '../../call/room-call.ts';
import { useServices } from '../../services.ts';

export type InspectedRoom =
  | { readonly kind: 'entering' }
  | { readonly kind: 'inside'; readonly call: RoomCall }
  | { readonly kind: 'refused'; readonly failure: RequestFailure };

/** In the room of a lesson for as long as the tile is there: whoever turns the page has left. */
export function useInspectedRoom(lessonId: LessonId): InspectedRoom {
  const { devices, seatMemory, warmDevice } = useServices();
  const [room, setRoom] = useState<InspectedRoom>({ kind: 'entering' });
  useEffect(() => {
    let isWanted = true;
    let inside: RoomCall | null = null;
    const enter = async (): Promise<void> => {
      try {
        const call = await RoomCall.create({
          key: `inspection.${lessonId}`,
          obtainGrant: () => callApi('joinLesson', { params: { lessonId } }),
          memory: seatMemory,
          warmDevice,
          devices,
          tracks: {},
          wants: () => ({ camera: false, microphone: false }),
          onCaptureProblem: () => undefined,
          picturesOnly: true,
        });
        inside = call;
        if (isWanted) setRoom({ kind: 'inside', call });
        else await call.leave();
      } catch (error) {
        if (isWanted) setRoom({ kind: 'refused', failure: asFailure(error) });
      }
    };
    const leave = (): void => {
      isWanted = false;
      void inside?.leave();
    };
    void enter();
    // Whoever closes the tab has left as well; a reload comes anew.
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [devices, lessonId, seatMemory, warmDevice]);
  return room;
}
