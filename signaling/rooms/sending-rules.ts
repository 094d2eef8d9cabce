import { AppError } from '../protocol/errors.ts';
import type { Source } from '../protocol/media.ts';
import { isPermitted, isTeacherSeat, type Permission } from '../protocol/seats.ts';
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
  readonly halfDuplex: HalfDuplex;
  readonly safeMode: SafeMode;
}

/** Who may send what, and what is kept shut though it may be there (SPEC G, M6, X). */
export class SendingRules {
  readonly #options: SendingRulesOptions;

  constructor(options: SendingRulesOptions) {
    this.#options = options;
  }

  /** By seat and stage alone; safe mode only shuts what is granted. */
  isGranted(seat: Seat, source: Source): boolean {
    const { stage, halfDuplex } = this.#options;
    // A listening classroom's microphone may be there all the time, because the server opens and shuts it.
    const isShutByServer = source === 'microphone' && halfDuplex.applies(seat);
    const onStage = stage.has(seat.seatId) || isShutByServer;
    return isPermitted(seat.kind, PERMISSION_OF_SOURCE[source], { onStage, safeMode: false });
  }

  /** @throws AppError `forbidden`, `safeMode` */
  assertMaySend(seat: Seat, source: Source): void {
    if (!isInside(seat) || !this.isGranted(seat, source)) {
      throw new AppError('forbidden', { message: 'this seat may not send this now' });
    }
    if (this.isLocked(seat)) throw new AppError('safeMode');
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
    ];
  }
}
