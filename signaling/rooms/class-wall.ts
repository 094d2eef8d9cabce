import type { Log } from '../runtime/log.ts';
import { AppError, isUnavailable } from '../protocol/errors.ts';
import type { SeatId } from '../protocol/ids.ts';
import { isForEverybody, WALL_MAX_BITRATE, type ProducerInfo } from '../protocol/media.ts';
import { isTeacherSeat, type SeatKind } from '../protocol/seats.ts';
import type { SavedWall } from './saved-tools.ts';
import type { Seat } from './seat.ts';

export interface ClassWallOptions {
  /** As the school had it when the room was opened. */
  readonly isAllowed: boolean;
  /** As the school has it now. */
  readonly askSchool: () => Promise<boolean>;
  readonly log: Log;
  readonly onChanged: (isOn: boolean) => void;
}

/** Whether pupils off the stage may show themselves to the teachers (SPEC V). */
export class ClassWall {
  readonly #options: ClassWallOptions;
  #isOn = false;
  /** What a teacher asked for last, while the school is still being asked. */
  #wanted = false;

  constructor(options: ClassWallOptions) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether a seat of this school may have to do with it: a teacher switches it, a pupil is on it. */
  isFor({ kind, allowsWall }: Pick<Seat, 'kind' | 'allowsWall'>): boolean {
    return this.#options.isAllowed && (isTeacherSeat(kind) || (kind === 'pupil' && allowsWall));
  }

  /** @throws AppError `forbidden` where the school does not have it (any more). */
  async setOn(isOn: boolean): Promise<void> {
    this.#wanted = isOn;
    if (isOn && !(this.#options.isAllowed && (await this.#isStillAllowed()))) {
      throw new AppError('forbidden', { message: 'the school has no class wall' });
    }
    if (this.#isOn === isOn || this.#wanted !== isOn) return;
    this.#isOn = isOn;
    this.#options.onChanged(isOn);
  }

  save(): SavedWall {
    return { isOn: this.#isOn };
  }

  restore({ isOn }: SavedWall): void {
    this.#isOn = isOn;
  }

  /** A lesson goes on without its database, with what was known. */
  async #isStillAllowed(): Promise<boolean> {
    try {
      return await this.#options.askSchool();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#options.log.warn({ err: error }, 'class wall switched on by the setting that was known');
      return this.#options.isAllowed;
    }
  }
}

/** Of the class wall teachers alone, and whoever sends it oneself (SPEC V3). */
export const maySee = (
  seat: { readonly seatId: SeatId; readonly kind: SeatKind | null },
  producer: ProducerInfo,
): boolean =>
  isForEverybody(producer) || (seat.kind !== null && isTeacherSeat(seat.kind)) || producer.seatId === seat.seatId;

/** @throws AppError `invalidInput` for anything but one small encoding (SPEC V4). */
export function assertSmall(rtpParameters: { readonly encodings?: readonly { readonly maxBitrate?: number }[] }): void {
  const encodings: unknown = rtpParameters.encodings;
  const [only, ...others]: unknown[] = Array.isArray(encodings) ? encodings : [];
  const maxBitrate = (only as { maxBitrate?: unknown } | null | undefined)?.maxBitrate;
  if (others.length === 0 && typeof maxBitrate === 'number' && maxBitrate > 0 && maxBitrate <= WALL_MAX_BITRATE) return;
  throw new AppError('invalidInput', { message: 'one small encoding on the class wall' });
}
