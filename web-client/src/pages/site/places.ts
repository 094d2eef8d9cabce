import type { InsideState } from '../../call/room-state.ts';
import { tilesOf } from '../room/tiles.ts';
import type { TileModel } from '../room/tiles.ts';

const MOST_AT_THE_SIDE = 4;

export interface Places {
  readonly main: TileModel | null;
  /** Beside the board; null where the lecturer is large. */
  readonly lecturer: TileModel | null;
  /** Wherever the lecturer is shown. */
  readonly teacher: TileModel | null;
  readonly others: readonly TileModel[];
  readonly own: TileModel | null;
}

/** Whoever is heard is seen: who speaks before whose microphone is open, and those before who is only on stage. */
const claimOf = ({ isSpeaking, isMuted, participant }: TileModel): number =>
  (isSpeaking ? 4 : 0) + (isMuted ? 0 : 2) + (participant.onStage ? 1 : 0);

/** Of a stage of eight and two dozen classrooms those who matter most, the stage first; nobody changes places by speaking. */
function atTheSide(others: readonly TileModel[]): TileModel[] {
  const chosen = new Set(others.toSorted((a, b) => claimOf(b) - claimOf(a)).slice(0, MOST_AT_THE_SIDE));
  return others
    .filter((tile) => chosen.has(tile))
    .toSorted((a, b) => Number(b.participant.onStage) - Number(a.participant.onStage));
}

/** Board and lecturer large, those who speak beside them, one's own classroom small. */
export function placesOf(state: InsideState): Places {
  const { people, boards } = tilesOf(state);
  const own = people.find((tile) => tile.isSelf) ?? null;
  const lecturer = people.find((tile) => tile.participant.seat === 'lecturer') ?? null;
  const board = boards.at(-1) ?? null;
  const others = atTheSide(people.filter((tile) => tile !== own && tile !== lecturer));
  const hasBoard = board !== null || state.tools.page !== null;
  const main = board ?? lecturer ?? others[0] ?? null;
  return { main, lecturer: hasBoard ? lecturer : null, teacher: lecturer, others, own };
}
