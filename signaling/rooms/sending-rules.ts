import { AppError } from '../protocol/errors.ts';
import { joinsGroups } from '../protocol/groups.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { RecordedSource, Source } from '../protocol/media.ts';
import type { ClassRules } from '../protocol/class-order.ts';
import { isOfClass, isPermitted, isTeacherSeat, WIDEST_RULES, type Permission } from '../protocol/seats.ts';
import type { ClassWall } from './class-wall.ts';
import type { Groups } from './groups.ts';
import type { RoomRules } from './room-rules.ts';
import type { HalfDuplex } from './half-duplex.ts';
import type { Hold } from './room-state.ts';
import { isInside, type Seat } from './seat.ts';
import type { SafeMode } from './safe-mode.ts';
import type { Stage } from './stage.ts';

const PERMISSION_OF_SOURCE: Readonly<Record<RecordedSource, Permission>> = {
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
  readonly rules: RoomRules;
  readonly wall: ClassWall;
  readonly isMutedForEcho: (seatId: SeatId) => boolean;
}

/** What of a seat is under the rules for microphones: of the class also the sound of its screen, which may be a voice. */
export const isVoiceOf = ({ kind }: Pick<Seat, 'kind'>, source: Source): boolean =>
  source === 'microphone' || (source === 'screenAudio' && isOfClass(kind));

/** Who may send what, and what is kept shut though it may be there (SPEC G, M6, O, X). */
export class SendingRules {
  readonly #options: SendingRulesOptions;

  constructor(options: SendingRulesOptions) {
    this.#options = options;
  }

  /** By seat, stage, group and the rules of the class; safe mode only shuts what is granted. A group is a small stage (SPEC N2). */
  isGranted(seat: Seat, source: Source, rules: ClassRules = this.#options.rules.rules): boolean {
    const { stage, groups, halfDuplex } = this.#options;
    // It stands beside the loudspeakers of its classroom (SPEC F4).
    if (seat.phoneOf !== null) return false;
    if (source === 'wall') return this.#isOnWall(seat);
    // A listening classroom's microphone may be there all the time, because the server opens and shuts it.
    const isShutByServer = source === 'microphone' && halfDuplex.applies(seat);
    const onStage = stage.has(seat.seatId) || groups.memberOf(seat.seatId) !== null || isShutByServer;
    return isPermitted(seat.kind, PERMISSION_OF_SOURCE[source], { onStage, safeMode: false, rules });
  }

  /** @throws AppError `forbidden`, `closedByTeacher`, `safeMode` */
  assertMaySend(seat: Seat, source: Source): void {
    if (!isInside(seat) || !this.isGranted(seat, source)) {
      if (isInside(seat) && this.isGranted(seat, source, WIDEST_RULES)) throw new AppError('closedByTeacher');
      throw new AppError('forbidden', { message: 'this seat may not send this now' });
    }
    if (this.isLocked(seat)) throw new AppError('safeMode');
    if (this.#isOutsideGroups(seat)) throw new AppError('forbidden', { message: 'groups run' });
  }

  /** Whether the rules keep its microphone shut; in a group they do not (SPEC O4). */
  isShutByRules(seat: Seat): boolean {
    const { groups, rules } = this.#options;
    return groups.memberOf(seat.seatId) === null && rules.shuts(seat);
  }

  isLocked(seat: Seat): boolean {
    return this.#options.safeMode.isActive && !isTeacherSeat(seat.kind);
  }

  /** Whether the seat gets a transport to send on. */
  maySendAnything(seat: Seat): boolean {
    const sources: readonly Source[] = ['camera', 'microphone', 'screen', 'visualiser', 'wall'];
    return sources.some((source) => this.isGranted(seat, source));
  }

  /** What the server itself shuts it with. */
  holdsOf(seat: Seat, source: Source): Hold[] {
    const { halfDuplex } = this.#options;
    const isVoice = isVoiceOf(seat, source);
    const isEcho = isVoice && this.#options.isMutedForEcho(seat.seatId);
    return [
      ...(isEcho ? (['echo'] as const) : []),
      ...(this.isLocked(seat) ? (['safeMode'] as const) : []),
      ...(isVoice && !halfDuplex.isOpen(seat) ? (['halfDuplex'] as const) : []),
      ...(this.#isOutsideGroups(seat) ? (['groups'] as const) : []),
      ...(isVoice && this.isShutByRules(seat) ? (['rules'] as const) : []),
    ];
  }

  /** Who is on stage or in a group is seen there (SPEC V2). */
  #isOnWall(seat: Seat): boolean {
    const { stage, groups, wall } = this.#options;
    const isSeenElsewhere = stage.has(seat.seatId) || groups.memberOf(seat.seatId) !== null;
    return wall.isOn && seat.kind === 'pupil' && wall.isFor(seat) && !isSeenElsewhere;
  }

  /** While teachers are in groups nobody from outside speaks to the pupils who are left without them (SPEC N2). */
  #isOutsideGroups(seat: Seat): boolean {
    return this.#options.groups.shown !== null && !isTeacherSeat(seat.kind) && !joinsGroups(seat.kind);
  }
}
