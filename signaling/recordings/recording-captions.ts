import type {
  CaptionVersion,
  NewCaptions,
  ObjectStore,
  Recording,
  RecordingLine,
  StoredCaptions,
  Stores,
} from '../../storage/ports.ts';
import { CaptionTimes, sortedCues, type CaptionCue, type LeftOutMs } from '../protocol/captions.ts';
import { keepsTrack, type Edition } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordingId, SeatId } from '../protocol/ids.ts';
import { PlayIndex } from '../protocol/play-index.ts';

const US_PER_MS = 1000;
const KNOWN_INDEXES = 200;

/** What is left out of each way to watch, in session time. */
export interface CaptionTimelines {
  readonly film: LeftOutMs[];
  readonly views: LeftOutMs[];
}

const rangesOf = ({ leftOut }: Edition): LeftOutMs[] =>
  leftOut.map(({ fromUs, toUs }) => ({ fromMs: Math.round(fromUs / US_PER_MS), toMs: Math.round(toUs / US_PER_MS) }));

export type ExportedCaptions = Pick<StoredCaptions, 'language' | 'origin'> & { readonly cues: CaptionCue[] };

type CaptionDraft = Omit<NewCaptions, 'recordingId'>;

/**
 * Captions of recordings and everything that follows from them: their times in the film, and the lines by which the library finds them.
 */
export class RecordingCaptions {
  readonly #stores: Stores;
  readonly #objects: Pick<ObjectStore, 'getBuffer'>;
  /** Pauses of recordings that are complete: those never change. */
  readonly #pauses = new Map<RecordingId, readonly LeftOutMs[]>();

  constructor(stores: Stores, objects: Pick<ObjectStore, 'getBuffer'>) {
    this.#stores = stores;
    this.#objects = objects;
  }

  /** Ranges of session time that the film, and the views beside each other, leave out: pauses, and what the edition that each was made of leaves out. */
  async leftOut(recording: Recording): Promise<CaptionTimelines> {
    const { edition, film } = recording;
    const pauses = await this.#pausesOf(recording);
    const of = async (version: number): Promise<LeftOutMs[]> => [
      ...pauses,
      ...rangesOf(await this.#editionOf(recording, version)),
    ];
    return {
      film: await of(film?.editionVersion ?? edition.version),
      views: await of(edition.views?.version ?? edition.version),
    };
  }

  list(recording: Recording): Promise<CaptionVersion[]> {
    return this.#stores.captions.list(recording.mediaId);
  }

  versions(recording: Recording, language: string): Promise<CaptionVersion[]> {
    return this.#stores.captions.versions(recording.mediaId, language);
  }

  find(recording: Recording, language: string, version?: number): Promise<StoredCaptions | undefined> {
    return this.#stores.captions.find(recording.mediaId, language, version);
  }

  /**
   * What may be known of the cues: nothing of whose sound is erased, and of the edition's viewers nothing that was said in what it leaves out, or by whom it
   * leaves out.
   */
  async shown(recording: Recording, cues: readonly CaptionCue[], isForManagers: boolean): Promise<CaptionCue[]> {
    const { edition, isErasing } = recording.edition;
    const erasures = await this.#stores.editions.erasures(recording.mediaId);
    const erased = new Set(erasures.map(({ seatId }) => seatId));
    const kept = cues.filter(({ track }) => track === undefined || !erased.has(track.seatId));
    if (isForManagers) return kept;
    if (isErasing) return [];
    const times = new CaptionTimes([...(await this.#pausesOf(recording)), ...rangesOf(edition)]);
    return kept.filter(
      ({ fromMs, toMs, track }) =>
        times.toFilmMs(toMs) > times.toFilmMs(fromMs) && (track === undefined || keepsTrack(edition, track)),
    );
  }

  /** What leaves the house: of each language what viewers may see, in session time, without saying whose sound it was. */
  async exported(recording: Recording): Promise<ExportedCaptions[]> {
    const exported: ExportedCaptions[] = [];
    for (const { language } of await this.list(recording)) {
      const found = await this.find(recording, language);
      const shown = await this.shown(recording, found?.cues ?? [], false);
      const cues = shown.map(({ fromMs, toMs, voice, text }) => ({ fromMs, toMs, voice, text }));
      if (found !== undefined && cues.length > 0) exported.push({ language, origin: found.origin, cues });
    }
    return exported;
  }

  /** Saves a version and makes its lines findable, or neither. @throws AppError `conflict`, see `CaptionStore`. */
  async save(recording: Recording, draft: CaptionDraft): Promise<CaptionVersion> {
    const cues = sortedCues(draft.cues);
    const lines = await this.#linesOf(recording, cues);
    return this.#stores.atomically(async ({ captions, recordingTexts }) => {
      const saved = await captions.save({ ...draft, cues, recordingId: recording.mediaId });
      await recordingTexts.replace(recording.mediaId, 'caption', draft.language, lines);
      return saved;
    });
  }

  async delete({ mediaId }: Recording, language: string): Promise<void> {
    await this.#stores.atomically(async ({ captions, recordingTexts }) => {
      await captions.delete(mediaId, language);
      await recordingTexts.replace(mediaId, 'caption', language, []);
    });
  }

  /** Another edition or another film: what can be found is what is shown, at the time at which it is shown. */
  async refreshLines(recording: Recording): Promise<void> {
    for (const { language } of await this.list(recording)) {
      const found = await this.find(recording, language);
      const lines = await this.#linesOf(recording, found?.cues ?? []);
      await this.#stores.recordingTexts.replace(recording.mediaId, 'caption', language, lines);
    }
  }

  /** What was recognised of somebody's sound goes with the sound, out of every version. */
  async eraseSeat(recording: Recording, seatId: SeatId): Promise<void> {
    await this.#stores.captions.eraseSeat(recording.mediaId, seatId);
    await this.refreshLines(recording);
  }

  async #linesOf(recording: Recording, cues: readonly CaptionCue[]): Promise<RecordingLine[]> {
    const { film } = await this.leftOut(recording);
    const shown = await this.shown(recording, cues, false);
    return new CaptionTimes(film).toFilm(shown).map(({ fromMs, text }) => ({ atMs: fromMs, text }));
  }

  /** What was shown last may have been made of an edition before the one that counts. */
  async #editionOf({ mediaId, edition }: Recording, version: number): Promise<Edition> {
    if (version >= edition.sameFrom) return edition.edition;
    const history = await this.#stores.editions.history(mediaId);
    return history.find((saved) => saved.version === version)?.edition ?? edition.edition;
  }

  async #pausesOf({ mediaId, viewsIndexKey }: Recording): Promise<readonly LeftOutMs[]> {
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
