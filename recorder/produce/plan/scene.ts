import type { RecordingEvent } from '../../contract.ts';
import type { SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { WHITEBOARD } from '../../../signaling/protocol/ink.ts';
import { WrittenInk } from '../../board/board-ink.ts';
import { shownPages, type BoardPage, type ShownPage } from '../../board/board-pages.ts';
import { gallery, largeAndTiles, MAX_GALLERY_TILES, MAX_SIDE_TILES, type Rect } from './layout.ts';
import {
  attendanceSpan,
  isWithin,
  speakerSteps,
  valueAt,
  visibleSpans,
  type Span,
  type Step,
} from '../source/presence.ts';
import type { SourceTrack } from '../source/source-track.ts';

/** One place of the picture: a name card, with the track's picture over it while there is one. */
export interface Tile {
  readonly rect: Rect;
  readonly displayName: string;
  readonly schoolName?: string;
  /** Boards fill their place without a name. */
  readonly isBoard: boolean;
  readonly trackId?: TrackId;
  /** A still in the track's place. */
  readonly page?: BoardPage;
}

/** Everything that is seen at one instant; without tiles it is the title card. */
export interface Scene {
  readonly tiles: readonly Tile[];
}

type Layout = 'board' | 'gallery' | 'speaker';

/** Seats that are shown whenever they send a picture; all others when they are on stage. */
const ALWAYS_SHOWN = new Set(['lecturer', 'coTeacher', 'site']);
/** On the card in the place of a page without a picture: the whiteboard, and what is gone. */
const nameOf = ({ coursewareId }: BoardPage): string => (coursewareId === WHITEBOARD.coursewareId ? '白板' : '课件');
const SEAT_ORDER = ['lecturer', 'coTeacher', 'site'];

interface Participant {
  readonly seatId: SeatId;
  readonly seat: string;
  readonly displayName: string;
  readonly schoolName?: string;
  readonly cameras: readonly { readonly trackId: TrackId; readonly spans: readonly Span[] }[];
  readonly attendance: readonly Span[];
}

interface Board {
  readonly trackId: TrackId;
  readonly displayName: string;
  readonly spans: readonly Span[];
}

/** Answers what is seen when; `changesUs` are all instants at which that may change. */
export class SceneFinder {
  readonly #participants: readonly Participant[];
  readonly #boards: readonly Board[];
  readonly #pages: readonly (ShownPage & { readonly ink: readonly Step<string | undefined>[] })[];
  readonly #stage: readonly Step<readonly SeatId[]>[];
  readonly #layout: readonly Step<Layout>[];
  readonly #speaker: readonly Step<SeatId>[];

  constructor(tracks: readonly SourceTrack[], events: readonly RecordingEvent[], endUs: number) {
    this.#participants = participantsOf(tracks, events);
    this.#boards = tracks.filter(isBoard).map((track) => ({
      trackId: track.trackId,
      displayName: track.displayName,
      spans: visibleSpans(track, events),
    }));
    const ink = new WrittenInk(events);
    this.#pages = shownPages(events, endUs).map((shown) => ({ ...shown, ink: ink.stepsOf(shown.page, shown.span) }));
    this.#stage = events.flatMap((event) =>
      event.type === 'stage' ? [{ fromUs: event.atUs, value: event.data.seatIds }] : [],
    );
    this.#layout = events.flatMap((event) =>
      event.type === 'layout' ? [{ fromUs: event.atUs, value: event.data.layout }] : [],
    );
    this.#speaker = speakerSteps(events);
  }

  get changesUs(): readonly number[] {
    const spans = [
      ...this.#boards.flatMap((board) => board.spans),
      ...this.#pages.map(({ span }) => span),
      ...this.#participants.flatMap((who) => [...who.attendance, ...who.cameras.flatMap((camera) => camera.spans)]),
    ];
    const steps = [...this.#stage, ...this.#layout, ...this.#speaker, ...this.#pages.flatMap(({ ink }) => ink)];
    const instants = [...spans.flatMap((span) => [span.fromUs, span.toUs]), ...steps.map((step) => step.fromUs)];
    return Array.from(new Set(instants)).sort((a, b) => a - b);
  }

  at(atUs: number): Scene {
    const boards = this.#boardsAt(atUs);
    const [board, ...otherBoards] = boards;
    if (board !== undefined) {
      const people = this.#shownAt(atUs, MAX_SIDE_TILES);
      return place(largeAndTiles, [board, ...people, ...otherBoards], MAX_SIDE_TILES + 1);
    }
    const isGallery = valueAt(this.#layout, atUs) === 'gallery';
    const most = isGallery ? MAX_GALLERY_TILES : MAX_SIDE_TILES + 1;
    return place(isGallery ? gallery : largeAndTiles, this.#shownAt(atUs, most), most);
  }

  /** What was shared last is the board. */
  #boardsAt(atUs: number): readonly Placeable[] {
    const shared = this.#boards.flatMap(({ displayName, trackId, spans }) => {
      const span = spanAt(spans, atUs);
      return span === undefined ? [] : [{ board: { displayName, isBoard: true, trackId }, sinceUs: span.fromUs }];
    });
    const pages = this.#pages
      .filter(({ span }) => spanAt([span], atUs) !== undefined)
      .map(({ page, span, ink: steps }) => {
        const ink = valueAt(steps, atUs);
        const written = ink === undefined ? page : { ...page, ink };
        return { board: { displayName: nameOf(page), isBoard: true, page: written }, sinceUs: span.fromUs };
      });
    return [...pages, ...shared].sort((a, b) => b.sinceUs - a.sinceUs).map(({ board }) => board);
  }

  /** Who is shown, the one in the large place first. Of more than there are places, whoever speaks is one. */
  #shownAt(atUs: number, places: number): readonly Placeable[] {
    const stage = valueAt(this.#stage, atUs);
    const speakerId = valueAt(this.#speaker, atUs);
    const all = this.#participants.filter((who) => this.#isShown(who, atUs, stage, speakerId));
    const shown = withSpeaker(all, places, speakerId);
    const leaderId = this.#leaderAt(atUs, shown);
    const ordered = [
      ...shown.filter((who) => who.seatId === leaderId),
      ...shown.filter((who) => who.seatId !== leaderId),
    ];
    return ordered.map((who) => {
      const camera = who.cameras.find((one) => isWithin(one.spans, atUs));
      return {
        displayName: who.displayName,
        isBoard: false,
        ...(who.schoolName === undefined ? {} : { schoolName: who.schoolName }),
        ...(camera === undefined ? {} : { trackId: camera.trackId }),
      };
    });
  }

  #isShown(
    who: Participant,
    atUs: number,
    stage: readonly SeatId[] | undefined,
    speakerId: SeatId | undefined,
  ): boolean {
    const hasPicture = who.cameras.some((camera) => isWithin(camera.spans, atUs));
    const isPresent = hasPicture || isWithin(who.attendance, atUs);
    if (who.seat === 'lecturer') return isPresent;
    if (stage?.includes(who.seatId) === true || who.seatId === speakerId) return isPresent;
    return hasPicture && (stage === undefined || ALWAYS_SHOWN.has(who.seat));
  }

  #leaderAt(atUs: number, shown: readonly Participant[]): SeatId | undefined {
    const speaker = shown.find((who) => who.seatId === valueAt(this.#speaker, atUs));
    const lecturer = shown.find((who) => who.seat === 'lecturer');
    // With a board the large place is taken, and in the gallery there is none: the order must not change with who speaks.
    const followsSpeaker = valueAt(this.#layout, atUs) !== 'gallery' && this.#boardsAt(atUs).length === 0;
    return (followsSpeaker ? (speaker ?? lecturer) : (lecturer ?? speaker))?.seatId;
  }
}

type Placeable = Omit<Tile, 'rect'>;

const spanAt = (spans: readonly Span[], atUs: number): Span | undefined =>
  spans.find((span) => atUs >= span.fromUs && atUs < span.toUs);

/** The first of them; when the speaker is not among these, the last one makes room, so that all others stay where they are. */
function withSpeaker(
  all: readonly Participant[],
  places: number,
  speakerId: SeatId | undefined,
): readonly Participant[] {
  const speaker = all.slice(places).find((who) => who.seatId === speakerId);
  return speaker === undefined ? all.slice(0, places) : [...all.slice(0, places - 1), speaker];
}

function place(layout: (count: number) => readonly Rect[], wanted: readonly Placeable[], most: number): Scene {
  const shown = wanted.slice(0, most);
  // `largeAndTiles` counts the tiles beside the large place, `gallery` all of them.
  const rects = layout === gallery ? layout(shown.length) : layout(Math.max(0, shown.length - 1));
  return { tiles: shown.flatMap((one, index) => withRect(one, rects[index])) };
}

function withRect(one: Placeable, rect: Rect | undefined): readonly Tile[] {
  return rect === undefined ? [] : [{ ...one, rect }];
}

function isBoard(track: SourceTrack): boolean {
  return track.source === 'screen' || track.source === 'visualiser';
}

function participantsOf(tracks: readonly SourceTrack[], events: readonly RecordingEvent[]): readonly Participant[] {
  // Whoever began or ceased to lecture in the lesson is two, one after the other.
  const seats = Map.groupBy(tracks, (track) => `${track.seatId} ${track.seat}`);
  const participants = Array.from(seats.values()).flatMap((own) => {
    const first = own[0];
    if (first === undefined) return [];
    const cameras = own.filter((track) => track.source === 'camera');
    return [
      {
        seatId: first.seatId,
        seat: first.seat,
        displayName: first.displayName,
        ...(first.schoolName === undefined ? {} : { schoolName: first.schoolName }),
        cameras: cameras.map((track) => ({ trackId: track.trackId, spans: visibleSpans(track, events) })),
        attendance: own.flatMap((track) => attendanceSpan(track) ?? []),
      },
    ];
  });
  return participants.sort((a, b) => rankOf(a.seat) - rankOf(b.seat));
}

function rankOf(seat: string): number {
  const at = SEAT_ORDER.indexOf(seat);
  return at < 0 ? SEAT_ORDER.length : at;
}
