import { useEffect, useRef, useState } from 'react';
import type { SeatKind } from '../../../../signaling/protocol/seats.ts';
import type { JoinGrant } from '../../call/room-call.ts';
import { visitText } from '../../messages/visit.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { useTitle } from '../../ui/use-title.ts';
import { CallProvider } from './call-context.ts';
import { LiveRoom } from './live-room.tsx';
import { Prepare, watchesOnly } from './prepare.tsx';
import { useGrant } from './use-grant.ts';
import { useVisit } from './use-visit.ts';
import { RefusedView, WaitingFrame } from './waiting-view.tsx';

export interface VisitLesson {
  readonly title: string;
  readonly startsAtMs: number;
  readonly lecturerName: string;
  readonly isRecorded: boolean;
  readonly isScheduled: boolean;
  /** A micro-lesson: one is alone, and records when one wants. */
  readonly isMicro: boolean;
}

export interface VisitProps {
  /** Names the seat in this tab's memory. */
  readonly visitKey: string;
  readonly lesson: VisitLesson;
  readonly seat: SeatKind;
  readonly obtainGrant: () => Promise<JoinGrant>;
  /** Guests have no home page to go back to. */
  readonly isGuest: boolean;
}

/** From the door to the end of a lesson: device check, waiting, the room, what comes next. */
export function Visit({ lesson, seat, visitKey, isGuest, obtainGrant }: VisitProps) {
  const t = useText(visitText);
  const { seatMemory, warmDevice } = useServices();
  useTitle(lesson.title);
  const { prefetch, obtain } = useGrant(obtainGrant);
  // A reload goes straight back to the seat.
  const [comesBack] = useState(() => seatMemory.recall(visitKey) !== null);
  const { phase, enter, stepOut, complaint, dismissComplaint } = useVisit({
    key: visitKey,
    obtainGrant: obtain,
    entersAtOnce: comesBack,
  });
  const isStarted = useRef(false);
  const { isScheduled } = lesson;

  useEffect(() => {
    if (isStarted.current) return;
    isStarted.current = true;
    void warmDevice.warm();
    if (comesBack) enter({});
    else if (!isScheduled) prefetch();
  }, [comesBack, enter, isScheduled, prefetch, warmDevice]);

  switch (phase.kind) {
    case 'outside':
    case 'entering': {
      const isEntering = phase.kind === 'entering';
      // Devices are handed over at the door: what could still be switched there would be switched for nothing.
      if (isEntering && (comesBack || !watchesOnly(seat))) {
        return <WaitingFrame title={t('joining')} lesson={lesson} />;
      }
      // For whoever watches the door stays until the room is there: a page in between would be drawn for the blink of an eye.
      return <Prepare lesson={lesson} seat={seat} isEntering={isEntering} onEnter={enter} />;
    }
    case 'notOpen':
      return <WaitingFrame title={t('notOpenTitle')} body={t('notOpenBody')} lesson={lesson} showsStart />;
    case 'refused':
      return <RefusedView failure={phase.failure} isGuest={isGuest} onAgain={stepOut} />;
    case 'inside':
      return (
        <CallProvider value={phase.call}>
          <LiveRoom
            lesson={lesson}
            isGuest={isGuest}
            complaint={complaint}
            onComplaintSeen={dismissComplaint}
            onAgain={stepOut}
          />
        </CallProvider>
      );
  }
}
