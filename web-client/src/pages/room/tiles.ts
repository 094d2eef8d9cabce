import type { ProducerId, SeatId } from '../../../../signaling/protocol/ids.ts';
import type { ProducerInfo } from '../../../../signaling/protocol/media.ts';
import type { Layout, Participant } from '../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../call/room-state.ts';

export type TileSource = 'camera' | 'screen' | 'visualiser';

export interface TileModel {
  readonly key: string;
  readonly seatId: SeatId;
  readonly source: TileSource;
  readonly participant: Participant;
  readonly isSelf: boolean;
  /** Null: a name card instead of a picture. */
  readonly producerId: ProducerId | null;
  readonly isMuted: boolean;
  readonly isSpeaking: boolean;
  /** 1 for the first raised hand. */
  readonly handOrder: number | null;
  readonly line: 'good' | 'fair' | 'poor' | null;
  /** Who of a listening classroom speaks. */
  readonly speaker: string | null;
}

/** mediasoup's scores run from 0 to 10. */
export function lineOf(participant: Pick<Participant, 'lineUp' | 'lineDown'>): TileModel['line'] {
  const scores = [participant.lineUp, participant.lineDown].filter((score) => score !== null);
  if (scores.length === 0) return null;
  const worst = Math.min(...scores);
  if (worst >= 7) return 'good';
  return worst >= 4 ? 'fair' : 'poor';
}

const showsItself = (participant: Participant): boolean =>
  !participant.isPhone &&
  (participant.onStage || participant.group !== null || isTeacherSeat(participant.seat) || participant.seat === 'site');

/** Whoever is in another group is neither seen nor heard. */
const isHere = ({ self }: InsideState, { seatId, group }: Participant): boolean =>
  seatId === self.seatId || group === self.group;

const active = (producer: ProducerInfo): boolean => producer.kind !== 'video' || !producer.paused;

/** Everything that may be a tile: the people first seen first, then boards. */
export function tilesOf(state: InsideState): { readonly people: TileModel[]; readonly boards: TileModel[] } {
  const people: TileModel[] = [];
  const boards: TileModel[] = [];
  for (const participant of state.participants.filter((one) => isHere(state, one))) {
    const { seatId } = participant;
    const own = state.producers.filter((producer) => producer.seatId === seatId && active(producer));
    const handIndex = state.hands.findIndex((hand) => hand.seatId === seatId);
    const microphone = own.find((producer) => producer.source === 'microphone');
    const base = {
      seatId,
      participant,
      isSelf: seatId === state.self.seatId,
      isMuted: microphone === undefined || microphone.paused,
      isSpeaking: state.activeSpeaker === seatId,
      handOrder: handIndex < 0 ? null : handIndex + 1,
      line: lineOf(participant),
      speaker: state.tools.sites.speakers.find((one) => one.seatId === seatId)?.name ?? null,
    };
    const camera = own.find((producer) => producer.source === 'camera');
    if (showsItself(participant)) {
      people.push({ ...base, key: `${seatId}:camera`, source: 'camera', producerId: camera?.producerId ?? null });
    }
    for (const producer of own) {
      if (producer.source !== 'screen' && producer.source !== 'visualiser') continue;
      boards.push({
        ...base,
        key: `${seatId}:${producer.source}`,
        source: producer.source,
        producerId: producer.producerId,
      });
    }
  }
  return { people, boards };
}

/** A tile, or the page that is on the board. */
export type StageItem = TileModel | 'page';

export const keyOf = (item: StageItem): string => (item === 'page' ? item : item.key);

export type Arrangement =
  | { readonly kind: 'gallery'; readonly tiles: readonly StageItem[] }
  | { readonly kind: 'focus'; readonly main: StageItem; readonly strip: readonly StageItem[] }
  | { readonly kind: 'empty' };

/** Up to 25 classrooms listen: more than are in sight without scrolling or turning the page. Who is called on goes before them. */
const onlyListens = ({ participant }: TileModel): boolean => participant.seat === 'site' && !participant.onStage;

const rank = (tile: TileModel): number =>
  tile.participant.seat === 'lecturer' ? 0 : tile.participant.seat === 'coTeacher' ? 1 : 2;

export interface Wishes {
  readonly layout: Layout;
  readonly pinnedSeatId: SeatId | null;
  readonly focus: SeatId | null;
}

/** Who is large. A board goes first in `board`; without one the lecturer takes its place. */
function chooseMain(people: readonly TileModel[], boards: readonly TileModel[], wishes: Wishes): TileModel | undefined {
  // Nobody needs to see oneself large while there is somebody else to see.
  const others = people.filter((tile) => !tile.isSelf);
  const seen = others.length > 0 ? others : people;
  const pinned = people.find((tile) => tile.seatId === wishes.pinnedSeatId);
  const lecturer = seen.toSorted((a, b) => rank(a) - rank(b)).find((tile) => rank(tile) < 2);
  if (wishes.layout === 'board' && boards.length > 0) {
    return boards.find((tile) => tile.seatId === wishes.pinnedSeatId) ?? boards.at(-1);
  }
  const speaker = others.find((tile) => tile.seatId === wishes.focus);
  if (wishes.layout === 'speaker') return pinned ?? speaker ?? lecturer ?? seen[0];
  return pinned ?? lecturer ?? seen[0];
}

export function arrange(state: InsideState, wishes: Wishes): Arrangement {
  const { people, boards } = tilesOf(state);
  const inOrder = people.toSorted((a, b) => Number(onlyListens(a)) - Number(onlyListens(b)));
  const tiles = [...boards, ...inOrder];
  const page: readonly StageItem[] = state.tools.page === null ? [] : ['page'];
  if (tiles.length + page.length === 0) return { kind: 'empty' };
  if (wishes.layout === 'gallery') return { kind: 'gallery', tiles: [...page, ...tiles] };
  const hasPageLarge = wishes.layout === 'board' && page.length > 0;
  const main = hasPageLarge ? 'page' : (chooseMain(people, boards, wishes) ?? page[0]);
  if (main === undefined) return { kind: 'empty' };
  // The lecturer stays on top of the strip, classrooms that listen at its end; everybody else keeps the place they came to.
  const others = tiles.filter((tile) => tile !== main).sort((a, b) => rank(a) - rank(b));
  return { kind: 'focus', main, strip: main === 'page' ? others : [...page, ...others] };
}
