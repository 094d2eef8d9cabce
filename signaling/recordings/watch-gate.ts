import { posix } from 'node:path';
import { VIEW_CHAPTERS_NAME } from '../../storage/objects/object-keys.ts';
import type { ObjectStore, Recording, RecordingStore } from '../../storage/ports.ts';
import { leavesSomethingOut } from '../protocol/edition.ts';
import { isUnavailable } from '../protocol/errors.ts';
import type { RecordingId } from '../protocol/ids.ts';
import { namesIn, PlayIndex } from '../protocol/play-index.ts';
import { shownToViewers } from './shown-edition.ts';

/** How soon another process's change counts here; our own counts at once. */
const KNOWN_MS = 3_000;
const MAX_KNOWN = 2_000;

export interface WatchGateOptions {
  readonly recordings: Pick<RecordingStore, 'openToViewers'>;
  readonly objects: Pick<ObjectStore, 'getBuffer' | 'stat'>;
  readonly nowMs: () => number;
}

/** Which objects of a recording viewers may fetch, by their path below the signed base. */
type Allowance = 'all' | { readonly folders: readonly string[]; readonly names: ReadonlySet<string> };

const NOTHING: Allowance = { folders: [], names: new Set() };

interface Known {
  readonly untilMs: number;
  readonly asking: Promise<Allowance>;
  /** Once it is known: then nobody has to wait for it. */
  found: Allowance | undefined;
}

/**
 * What a signed address of a viewer opens. The signature says whose rights were checked; what they may see changes with the edition, also for addresses that were given before, and
 * ends when the recording becomes a draft again or is deleted. So of a recording that leaves something out only what its current views name is let through, and its current film; by
 * name, since the views share most segments with the full version.
 */
export class WatchGate {
  readonly #options: WatchGateOptions;
  readonly #known = new Map<RecordingId, Known>();
  /** By key and ETag of an index: it stays as it is unless somebody repairs the recording. */
  readonly #names = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: WatchGateOptions) {
    this.#options = options;
  }

  /** The edition of a recording has changed. */
  forget(recordingId: RecordingId): void {
    this.#known.delete(recordingId);
  }

  /**
   * At once where it is known.
   *
   * @throws AppError `unavailable` when nobody can say.
   */
  permits(recordingId: RecordingId, path: string): boolean | Promise<boolean> {
    const nowMs = this.#options.nowMs();
    const known = this.#known.get(recordingId);
    const isFresh = known !== undefined && known.untilMs > nowMs;
    if (isFresh && known.found !== undefined) return allows(known.found, path);
    const asking = isFresh ? known.asking : this.#ask(recordingId, known, nowMs);
    return asking.then((allowance) => allows(allowance, path));
  }

  #ask(recordingId: RecordingId, before: Known | undefined, nowMs: number): Promise<Allowance> {
    const asking = this.#find(recordingId).catch((error: unknown) => {
      // The database may be away for a moment: those who are watching go on with what they were allowed.
      if (before?.found !== undefined && isUnavailable(error)) return before.found;
      if (this.#known.get(recordingId) === known) this.#known.delete(recordingId);
      throw error;
    });
    const known: Known = { untilMs: nowMs + KNOWN_MS, asking, found: undefined };
    this.#known.set(recordingId, known);
    trim(this.#known);
    asking.then(
      (allowance) => {
        known.found = allowance;
      },
      () => undefined,
    );
    return asking;
  }

  async #find(recordingId: RecordingId): Promise<Allowance> {
    const recording = await this.#options.recordings.openToViewers(recordingId);
    // Remembered like everything else: whoever has it open asks again and again.
    if (recording === undefined) return NOTHING;
    const { edition, isErasing } = recording.edition;
    if (!isErasing && !leavesSomethingOut(edition)) return 'all';
    const { viewsIndexKey, film } = shownToViewers(recording);
    return {
      folders: [
        ...(film === null ? [] : [`produced/${film.attempt}/`]),
        ...(viewsIndexKey === null ? [] : [`${posix.dirname(pathOf(recording, viewsIndexKey))}/slides/`]),
      ],
      names: viewsIndexKey === null ? new Set() : await this.#namesIn(recording, viewsIndexKey),
    };
  }

  async #namesIn(recording: Recording, indexKey: string): Promise<ReadonlySet<string>> {
    const facts = await this.#options.objects.stat(indexKey);
    const version = `${indexKey} ${facts?.etag ?? ''}`;
    const known = this.#names.get(version);
    if (known !== undefined) return known;
    const reading = this.#read(recording, indexKey);
    reading.catch(() => this.#names.delete(version));
    this.#names.set(version, reading);
    trim(this.#names);
    return reading;
  }

  async #read(recording: Recording, indexKey: string): Promise<ReadonlySet<string>> {
    const { body } = await this.#options.objects.getBuffer(indexKey);
    const index = PlayIndex.parse(JSON.parse(body.toString('utf8')));
    const path = pathOf(recording, indexKey);
    const folder = posix.dirname(path);
    const names = [VIEW_CHAPTERS_NAME, ...namesIn(index)];
    return new Set([path, ...names.map((name) => posix.join(folder, name))]);
  }
}

/** A key as a path below the signed base of its recording. */
const pathOf = ({ mediaId }: Recording, key: string): string => key.replace(`/${mediaId}/`, '/');

function allows(allowance: Allowance, path: string): boolean {
  if (allowance === 'all') return true;
  return allowance.names.has(path) || allowance.folders.some((folder) => path.startsWith(folder));
}

/** The oldest entries go first. */
function trim(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MAX_KNOWN) return;
    map.delete(key);
  }
}
