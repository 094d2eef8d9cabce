import { useCallback, useEffect, useRef, useState } from 'react';
import type { Source } from '../../../../signaling/protocol/media.ts';
import type { CaptureProblem } from '../../call/capture-problem.ts';
import type { JoinGrant } from '../../call/room-call.ts';
import { VisitEntry } from '../../call/visit.ts';
import type { VisitPhase } from '../../call/visit.ts';
import { useServices } from '../../services.ts';

export interface CaptureComplaint {
  readonly source: Source;
  readonly problem: CaptureProblem;
}

export type PreparedTracks = Readonly<Partial<Record<'camera' | 'microphone', MediaStreamTrack>>>;

export interface VisitOptions {
  /** Names the seat in this tab's memory. */
  readonly key: string;
  readonly obtainGrant: () => Promise<JoinGrant>;
  /** What is opened by itself, where no person has chosen it for this browser. */
  readonly wants?: () => Readonly<Record<'camera' | 'microphone', boolean>>;
  readonly isMedialess?: boolean;
  /** Entering begins by itself, so that nothing else is shown before. */
  readonly entersAtOnce?: boolean;
}

/** A visit to a room that ends with the component that shows it. */
export function useVisit({ key, obtainGrant, wants, isMedialess, entersAtOnce = false }: VisitOptions) {
  const { devices, seatMemory, warmDevice } = useServices();
  const [phase, setPhase] = useState<VisitPhase>({ kind: entersAtOnce ? 'entering' : 'outside' });
  const [complaint, setComplaint] = useState<CaptureComplaint | null>(null);
  const entry = useRef<VisitEntry | null>(null);
  useEffect(() => () => entry.current?.close(), []);

  const enter = useCallback(
    (tracks: PreparedTracks) => {
      entry.current ??= new VisitEntry(setPhase);
      void entry.current.enter({
        key,
        obtainGrant,
        memory: seatMemory,
        warmDevice,
        devices,
        tracks,
        wants: () => {
          const { cameraOn, microphoneOn } = devices.getState().chosen;
          return wants?.() ?? { camera: cameraOn, microphone: microphoneOn };
        },
        isMedialess,
        onCaptureProblem: (source, problem) => setComplaint({ source, problem }),
      });
    },
    [key, obtainGrant, seatMemory, warmDevice, devices, wants, isMedialess],
  );
  const stepOut = useCallback(() => setPhase({ kind: 'outside' }), []);
  const dismissComplaint = useCallback(() => setComplaint(null), []);
  return { phase, enter, stepOut, complaint, dismissComplaint };
}
