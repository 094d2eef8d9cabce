import type { EditionStore, ObjectStore, Recording } from '../../storage/ports.ts';
import type { LeftOutMs } from '../protocol/captions.ts';
import { WHOLE_EDITION, type Edition } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import { PlayIndex } from '../protocol/play-index.ts';
import { WHOLE_TIMELINE } from '../protocol/rest/recordings.ts';
import { EditionTimes } from './edition-times.ts';

const US_PER_MS = 1000;
const KNOWN_INDEXES = 200;

const NOTHING_CUT = new EditionTimes([]);

export const rangesOf = ({ leftOut }: Edition): LeftOutMs[] =>
  leftOut.map(({ fromUs, toUs }) => ({ fromMs: Math.round(fromUs / US_PER_MS), toMs: Math.round(toUs / US_PER_MS) }));

/** What is not played of recordings: their pauses, and what their editions leave out. */
export class RecordingTimes {
  readonly #editions: Pick<EditionStore, 'history'>;
  readonly #objects: Pick<ObjectStore, 'getBuffer'>;
  /** Pauses of recordings that are complete: those never change. */
  readonly #pauses = new Map<RecordingId, readonly LeftOutMs[]>();

  constructor(editions: Pick<EditionStore, 'history'>, objects: Pick<ObjectStore, 'getBuffer'>) {
    this.#editions = editions;
    this.#objects = objects;
  }

  /** Nothing is read for an edition that cuts nothing out, as almost all do. @param version `TimelineNumber`; of an edition that is not known, the one that counts is meant. */
  async of(recording: Recording, version: number): Promise<EditionTimes> {
    const ranges = rangesOf(await this.editionOf(recording, version));
    return ranges.length === 0 ? NOTHING_CUT : EditionTimes.of(ranges, await this.pausesOf(recording));
  }

  /** What is shown may have been made of an edition before the one that counts. */
  async editionOf({ mediaId, edition }: Recording, version: number): Promise<Edition> {
    if (version === WHOLE_TIMELINE) return WHOLE_EDITION;
    if (version >= edition.sameFrom) return edition.edition;
    const history = await this.#editions.history(mediaId);
    return history.find((saved) => saved.version === version)?.edition ?? edition.edition;
  }

  /** In session time. */
  async pausesOf({ mediaId, viewsIndexKey }: Recording): Promise<readonly LeftOutMs[]> {
    const known = this.#pauses.get(mediaId);
    if (known !== undefined || viewsIndexKey === null) return known ?? [];
    const index = await this.#index(viewsIndexKey);
    const pauses = (index?.leftOut ?? []).map(({ fromUs, toUs }) => ({
      fromMs: Math.round(fromUs / US_PER_MS),
      toMs: Math.round(Math.min(toUs, index?.durationUs ?? toUs) / US_PER_MS),
    }));
    if (index?.complete === true) this.#remember(mediaId, pauses);
    return pauses;
  }

  async #index(key: string): Promise<PlayIndex | undefined> {
    try {
      return PlayIndex.safeParse(JSON.parse((await this.#objects.getBuffer(key)).body.toString('utf8'))).data;
    } catch (error) {
      // Without its index a recording has no pauses that anybody knew of.
      if (error instanceof AppError && error.code === 'notFound') return undefined;
      throw error;
    }
  }

  #remember(recordingId: RecordingId, pauses: readonly LeftOutMs[]): void {
    this.#pauses.set(recordingId, pauses);
    const oldest = this.#pauses.keys().next().value;
    if (this.#pauses.size > KNOWN_INDEXES && oldest !== undefined) this.#pauses.delete(oldest);
  }
}
