import { AppError, isUnavailable } from '../protocol/errors.ts';
import { PersonId, SeatId, SiteId } from '../protocol/ids.ts';
import { MOST_CLASSROOMS, SiteSetup, type ClassSites as ShownSites, type SiteOrder } from '../protocol/sites.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import * as z from 'zod';
import type { Broadcast, RoomStore } from './ports.ts';
import type { Presence } from './presence.ts';
import { connectionOf, isInside, type Seat } from './seat.ts';

/** Screens of one room that are remembered: those that were enrolled anew during the lesson too. */
const MAX_SITES = 2 * MOST_CLASSROOMS;

export const SavedSites = z.object({
  setups: z.array(z.object({ seatId: SeatId, setup: SiteSetup })),
  speakers: z.array(z.object({ seatId: SeatId, name: z.string() })),
});
export type SavedSites = z.infer<typeof SavedSites>;

export interface ClassSitesOptions {
  readonly presence: Presence;
  readonly broadcast: Broadcast;
  readonly isPhoneOf: RoomStore['isPhoneOf'];
  readonly enrolledSites: RoomStore['enrolledSites'];
  readonly onSpeaker: (seatId: SeatId, name: string | null) => void;
  readonly onSaveNeeded: () => void;
}

/** The listening classrooms as their screens say they are, and the phones of the teachers who stand in them (SPEC F). */
export class ClassSites {
  readonly #options: ClassSitesOptions;
  readonly #setups = new Map<SeatId, SiteSetup>();
  readonly #speakers = new Map<SeatId, string>();

  constructor(options: ClassSitesOptions) {
    this.#options = options;
  }

  /** @throws AppError `forbidden` for who is no site. */
  report(seat: Seat, setup: SiteSetup): void {
    if (seat.kind !== 'site') throw new AppError('forbidden', { message: 'not a site' });
    const { presence, broadcast, onSaveNeeded } = this.#options;
    if (!this.#setups.has(seat.seatId) && this.#setups.size >= MAX_SITES) this.#forgetGone();
    this.#setups.set(seat.seatId, setup);
    broadcast.toTeachers('siteSetupChanged', { seatId: seat.seatId, setup });
    for (const other of presence.inside()) {
      if (siteKeyOf(other.phoneOf) === seat.identityKey) {
        connectionOf(other)?.tell('ownSiteChanged', { seatId: seat.seatId });
      }
    }
    onSaveNeeded();
  }

  /** @throws AppError `notFound`, `forbidden`, `conflict` */
  control(seatId: SeatId, order: SiteOrder): void {
    const seat = this.#options.presence.requireInside(seatId);
    if (seat.kind !== 'site') throw new AppError('forbidden', { message: 'not a site' });
    const connection = connectionOf(seat);
    if (connection === null) throw new AppError('conflict', { message: 'the screen is not connected' });
    connection.tell('siteOrder', { order });
  }

  /** The seat of the classroom whose phone this is. @throws AppError `forbidden` without a (good) pairing, `notFound` */
  async classOf({ phoneOf, identityKey }: Seat): Promise<Seat> {
    if (phoneOf === null) throw new AppError('forbidden', { message: 'not the phone of a classroom' });
    if (!(await this.#isPaired(phoneOf, identityKey))) throw new AppError('forbidden', { message: 'unpaired' });
    const site = this.#siteOf(phoneOf);
    if (site === null) throw new AppError('notFound', { message: 'the screen is not in the room' });
    return site;
  }

  setSpeaker(seatId: SeatId, name: string | null): void {
    const before = this.#speakers.get(seatId) ?? null;
    if (before === name) return;
    if (name === null) this.#speakers.delete(seatId);
    else this.#speakers.set(seatId, name);
    this.#options.broadcast.toInside('classSpeakerChanged', { seatId, name });
    this.#options.onSpeaker(seatId, name);
    this.#options.onSaveNeeded();
  }

  /** Screens that are known to be enrolled no more, and phones whose pairing is known to have ended. */
  async straySeats(): Promise<Seat[]> {
    return [...(await this.#strayScreens()), ...(await this.#strayPhones())];
  }

  async #strayScreens(): Promise<Seat[]> {
    const screens = this.#options.presence.present().flatMap((seat) => {
      const siteId = siteIdOf(seat);
      return siteId === null ? [] : [{ seat, siteId }];
    });
    if (screens.length === 0) return [];
    try {
      const enrolled = await this.#options.enrolledSites(screens.map(({ siteId }) => siteId));
      return screens.flatMap(({ seat, siteId }) => (enrolled.has(siteId) ? [] : [seat]));
    } catch (error) {
      if (isUnavailable(error)) return [];
      throw error;
    }
  }

  async #strayPhones(): Promise<Seat[]> {
    const phones = this.#options.presence.present().filter(({ phoneOf }) => phoneOf !== null);
    const checked = await Promise.all(
      phones.map(async (seat) => {
        const isGood = seat.phoneOf === null || (await this.#isPaired(seat.phoneOf, seat.identityKey));
        return isGood ? [] : [seat];
      }),
    );
    return checked.flat();
  }

  shownTo(seat: Seat): Omit<ShownSites, 'notes'> {
    const { setups, speakers } = this.save();
    return {
      setups: isTeacherSeat(seat.kind) ? setups : [],
      speakers,
      ownSite: seat.phoneOf === null ? null : (this.#siteOf(seat.phoneOf)?.seatId ?? null),
    };
  }

  save(): SavedSites {
    const isHere = (seatId: SeatId): boolean => {
      const seat = this.#options.presence.find(seatId);
      return seat !== null && isInside(seat);
    };
    return {
      setups: [...this.#setups].filter(([seatId]) => isHere(seatId)).map(([seatId, setup]) => ({ seatId, setup })),
      speakers: [...this.#speakers].filter(([seatId]) => isHere(seatId)).map(([seatId, name]) => ({ seatId, name })),
    };
  }

  restore({ setups, speakers }: SavedSites): void {
    for (const { seatId, setup } of setups) this.#setups.set(seatId, setup);
    for (const { seatId, name } of speakers) this.#speakers.set(seatId, name);
  }

  #siteOf(siteId: SiteId): Seat | null {
    return this.#options.presence.inside().find((seat) => seat.identityKey === siteKeyOf(siteId)) ?? null;
  }

  /** While the database is away nobody can have unpaired or unenrolled anything. */
  async #isPaired(siteId: SiteId, identityKey: string): Promise<boolean> {
    try {
      return await this.#options.isPhoneOf(siteId, PersonId.parse(identityKey.replace(/^person:/, '')));
    } catch (error) {
      if (isUnavailable(error)) return true;
      throw error;
    }
  }

  #forgetGone(): void {
    const { setups, speakers } = this.save();
    this.#setups.clear();
    this.#speakers.clear();
    this.restore({ setups, speakers });
  }
}

const siteKeyOf = (siteId: SiteId | null): string | null => (siteId === null ? null : `site:${siteId}`);

function siteIdOf({ kind, identityKey }: Seat): SiteId | null {
  return kind === 'site' && identityKey.startsWith('site:') ? SiteId.parse(identityKey.slice('site:'.length)) : null;
}
