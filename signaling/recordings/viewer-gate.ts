import type { Recording, RecordingStore } from '../../storage/ports.ts';
import { isUnavailable } from '../protocol/errors.ts';
import type { PersonId, RecordingId } from '../protocol/ids.ts';

/** How soon a recording whose visibility was narrowed closes to those who are watching. */
const RECORDING_KNOWN_MS = 3_000;
/** How soon a change of the person does: another class, another office, an account that was closed. */
const PERSON_KNOWN_MS = 60_000;
const MAX_RECORDINGS = 2_000;
const MAX_VIEWERS = 10_000;

export interface ViewerRights {
  readonly watches: boolean;
  readonly manages: boolean;
}

export interface ViewerGateOptions {
  readonly recordings: Pick<RecordingStore, 'recording'>;
  readonly rightsOf: (recording: Recording, personId: PersonId) => Promise<ViewerRights>;
  readonly nowMs: () => number;
}

interface Answer {
  readonly rights: ViewerRights;
  readonly untilMs: number;
}

/** A recording and whom it was found open to, as long as it is for the same people. */
interface Known {
  readonly recording: Recording | undefined;
  readonly isFor: string;
  readonly answers: Map<PersonId, Answer>;
  readonly untilMs: number;
}

const NOBODY: ViewerRights = { watches: false, manages: false };

/** What decides whom a recording is for; anything else that does changes with people, not with recordings. */
const isForOf = (recording: Recording | undefined): string =>
  recording === undefined
    ? ''
    : [recording.visibility, recording.publishedAtMs !== null, recording.managerId, recording.schoolId].join();

/**
 * Whether a person may still watch what an address was signed for. One look at a recording serves all its viewers for some seconds, and what was found
 * of a person stays good as long as the recording is for the same people: a class costs the database one query every three seconds, not one per child.
 */
export class ViewerGate {
  readonly #options: ViewerGateOptions;
  readonly #known = new Map<RecordingId, Known>();
  readonly #looking = new Map<RecordingId, Promise<Known>>();
  readonly #asking = new Map<string, Promise<ViewerRights>>();

  constructor(options: ViewerGateOptions) {
    this.#options = options;
  }

  /**
   * At once where it is known.
   *
   * @throws AppError `unavailable` when nobody can say.
   */
  permits(recordingId: RecordingId, personId: PersonId, right: keyof ViewerRights): boolean | Promise<boolean> {
    const nowMs = this.#options.nowMs();
    const known = this.#known.get(recordingId);
    if (known !== undefined && known.untilMs > nowMs) {
      const answer = known.answers.get(personId);
      if (answer !== undefined && answer.untilMs > nowMs) return answer.rights[right];
    }
    return this.#ask(recordingId, personId).then((rights) => rights[right]);
  }

  /** Once for all pieces that a page asks for together. */
  #ask(recordingId: RecordingId, personId: PersonId): Promise<ViewerRights> {
    const key = `${recordingId} ${personId}`;
    const asking = this.#asking.get(key) ?? this.#find(recordingId, personId).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #find(recordingId: RecordingId, personId: PersonId): Promise<ViewerRights> {
    const { nowMs, rightsOf } = this.#options;
    const known = this.#known.get(recordingId);
    const { recording, answers } =
      known !== undefined && known.untilMs > nowMs() ? known : await this.#look(recordingId);
    const before = answers.get(personId);
    if (before !== undefined && before.untilMs > nowMs()) return before.rights;
    const rights = recording === undefined ? NOBODY : await rightsOf(recording, personId).catch(orElse(before?.rights));
    if (answers.size >= MAX_VIEWERS) answers.clear();
    answers.set(personId, { rights, untilMs: nowMs() + PERSON_KNOWN_MS });
    return rights;
  }

  #look(recordingId: RecordingId): Promise<Known> {
    const looking =
      this.#looking.get(recordingId) ?? this.#read(recordingId).finally(() => this.#looking.delete(recordingId));
    this.#looking.set(recordingId, looking);
    return looking;
  }

  async #read(recordingId: RecordingId): Promise<Known> {
    const before = this.#known.get(recordingId);
    const recording = await this.#options.recordings.recording(recordingId).catch(orElse(before?.recording));
    const isFor = isForOf(recording);
    const answers = before?.isFor === isFor ? before.answers : new Map<PersonId, Answer>();
    const known = { recording, isFor, answers, untilMs: this.#options.nowMs() + RECORDING_KNOWN_MS };
    this.#known.delete(recordingId);
    this.#known.set(recordingId, known);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MAX_RECORDINGS && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}

/** The database may be away for a moment: those who are watching go on with what they were allowed. */
function orElse<T>(before: T | undefined): (error: unknown) => T {
  return (error) => {
    if (before !== undefined && isUnavailable(error)) return before;
    throw error;
  };
}
