import { AppError } from '../protocol/errors.ts';
import { joinsGroups } from '../protocol/groups.ts';
import type { Source } from '../protocol/media.ts';
import { isPermitted, isTeacherSeat, type Permission } from '../protocol/seats.ts';
import type { Groups } from './groups.ts';
import type { HalfDuplex } from './half-duplex.ts';
import type { Hold } from './room-state.ts';
import { isInside, type Seat } from './seat.ts';
import type { SafeMode } from './safe-mode.ts';
import type { Stage } from './stage.ts';

const PERMISSION_OF_SOURCE: Readonly<Record<Source, Permission>> = {
  camera: 'sendCamera',
  microphone: 'sendMicrophone',
  screen: 'sendScreen',
  screenAudio: 'sendScreen',
  visualiser: 'sendVisualiser',
};

export interface SendingRulesOptions {
  readonly stage: Stage;
  readonly groups: Pick<Groups, 'memberOf' | 'shown'>;
  readonly halfDuplex: HalfDuplex;
  readonly safeMode: SafeMode;
}

/** Who may send what, and what is kept shut though it may be there (SPEC G, M6, X). */
export class SendingRules {
  readonly #options: SendingRulesOptions;

  constructor(options: SendingRulesOptions) {
    this.#options = options;
  }

  /** By seat, stage and group alone; safe mode only shuts what is granted. A group is a small stage (SPEC N2). */
  isGranted(seat: Seat, source: Source): boolean {
    const { stage, groups, halfDuplex } = this.#options;
    // A listening classroom's microphone may be there all the time, because the server opens and shuts it.
    const isShutByServer = source === 'microphone' && halfDuplex.applies(seat);
    const onStage = stage.has(seat.seatId) || groups.memberOf(seat.seatId) !== null || isShutByServer;
    return isPermitted(seat.kind, PERMISSION_OF_SOURCE[source], { onStage, safeMode: false });
  }

  /** @throws AppError `forbidden`, `safeMode` */
  assertMaySend(seat: Seat, source: Source): void {
    if (!isInside(seat) || !this.isGranted(seat, source)) {
      throw new AppError('forbidden', { message: 'this seat may not send this now' });
    }
    if (this.isLocked(seat)) throw new AppError('safeMode');
    if (this.#isOutsideGroups(seat)) throw new AppError('forbidden', { message: 'groups run' });
  }

  isLocked(seat: Seat): boolean {
    return this.#options.safeMode.isActive && !isTeacherSeat(seat.kind);
  }

  /** Whether the seat gets a transport to send on. */
  maySendAnything(seat: Seat): boolean {
    const sources: readonly Source[] = ['camera', 'microphone', 'screen', 'visualiser'];
    return sources.some((source) => this.isGranted(seat, source));
  }

  /** What the server itself shuts it with. */
  holdsOf(seat: Seat, source: Source): Hold[] {
    const isHalfDuplexShut = source === 'microphone' && !this.#options.halfDuplex.isOpen(seat);
    return [
      ...(this.isLocked(seat) ? (['safeMode'] as const) : []),
      ...(isHalfDuplexShut ? (['halfDuplex'] as const) : []),
      ...(this.#isOutsideGroups(seat) ? (['groups'] as const) : []),
    ];
  }

  /** While teachers are in groups nobody from outside speaks to the pupils who are left without them (SPEC N2). */
  #isOutsideGroups(seat: Seat): boolean {
    return this.#options.groups.shown !== null && !isTeacherSeat(seat.kind) && !joinsGroups(seat.kind);
  }
}
