import type {
  CaptionVersion,
  NewCaptions,
  Recording,
  RecordingLine,
  StoredCaptions,
  Stores,
} from '../../storage/ports.ts';
import { CaptionTimes, sortedCues, type CaptionCue, type LeftOutMs } from '../protocol/captions.ts';
import { keepsTrack } from '../protocol/edition.ts';
import type { SeatId } from '../protocol/ids.ts';
import { rangesOf, type RecordingTimes } from './recording-times.ts';
import { shownToManagers, shownToViewers, timelinesOf } from './shown-edition.ts';

/** What is left out of each way to watch, in session time. */
export interface CaptionTimelines {
  readonly film: LeftOutMs[];
  readonly views: LeftOutMs[];
}

export type ExportedCaptions = Pick<StoredCaptions, 'language' | 'origin'> & { readonly cues: CaptionCue[] };

type CaptionDraft = Omit<NewCaptions, 'recordingId'>;

/**
 * Captions of recordings and everything that follows from them: their times in the film, and the lines by which the library finds them.
 */
export class RecordingCaptions {
  readonly #stores: Stores;
  readonly #times: RecordingTimes;

  constructor(stores: Stores, times: RecordingTimes) {
    this.#stores = stores;
    this.#times = times;
  }

  /** Ranges of session time that the film, and the views beside each other, leave out: pauses, and what the edition that each was made of leaves out. */
  async leftOut(recording: Recording, shown = shownToManagers(recording)): Promise<CaptionTimelines> {
    const { film, views } = timelinesOf(shown);
    const pauses = await this.#times.pausesOf(recording);
    const of = async (version: number): Promise<LeftOutMs[]> => [
      ...pauses,
      ...rangesOf(await this.#times.editionOf(recording, version)),
    ];
    return { film: await of(film), views: await of(views) };
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
    const times = new CaptionTimes([...(await this.#times.pausesOf(recording)), ...rangesOf(edition)]);
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
    const { film } = await this.leftOut(recording, shownToViewers(recording));
    const shown = await this.shown(recording, cues, false);
    return new CaptionTimes(film).toFilm(shown).map(({ fromMs, text }) => ({ atMs: fromMs, text }));
  }
}
