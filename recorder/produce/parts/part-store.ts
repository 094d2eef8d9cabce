import { join } from 'node:path';
import { AppError } from '../../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { LADDER, type Rung } from '../plan/ladder.ts';
import { planName, ProductionPlan, type PlannedCut } from '../plan/plan.ts';
import { fetchFile, putFile } from '../source/stored-files.ts';

const PLAN_FILE = 'plan.json';
/** What sound consists of: what is heard, and its outline for players and editors. */
export const SOUND_FILES = { sound: 'sound.m4a', waveform: 'waveform.json' } as const;

export const pictureFile = (rung: Rung): string => `${rung.name}.mp4`;
export const CUT_FILES: readonly string[] = LADDER.map(pictureFile);

/** One job of a production, and what it leaves in the store. */
export interface Part {
  readonly name: string;
  readonly files: readonly string[];
  /** Undefined for the sound. */
  readonly cut: PlannedCut | undefined;
}

/** Each part once, however often it occurs; the sound first, which takes longest. */
export function partsOf(plan: ProductionPlan): readonly Part[] {
  const sound: Part = { name: plan.sound, files: Object.values(SOUND_FILES), cut: undefined };
  const cuts = plan.cuts.map((cut): Part => ({ name: cut.part, files: CUT_FILES, cut }));
  return Array.from(new Map([sound, ...cuts].map((part) => [part.name, part])).values());
}

/**
 * The finished parts of one recording's films in the object store. A part is named by everything it is made of, so one that is found is that part, whoever made it
 * and for whichever attempt or edit; making it twice changes nothing.
 */
export class PartStore {
  readonly #store: ObjectStore;
  readonly #recordingId: RecordingId;

  constructor(store: ObjectStore, recordingId: RecordingId) {
    this.#store = store;
    this.#recordingId = recordingId;
  }

  /** Those of which a file is not there. */
  async missing(parts: readonly Part[]): Promise<readonly Part[]> {
    const prefix = objectKeys.partsPrefix(this.#recordingId);
    const present = new Set<string>();
    for await (const { key } of this.#store.list(prefix)) present.add(key);
    return parts.filter((part) => part.files.some((file) => !present.has(this.#key(part.name, file))));
  }

  /** Gives the plan's name. */
  async putPlan(plan: ProductionPlan): Promise<string> {
    const name = planName(plan);
    await this.#store.put(this.#key(name, PLAN_FILE), Buffer.from(JSON.stringify(plan)));
    return name;
  }

  /** @throws AppError `notFound`. */
  async plan(name: string): Promise<ProductionPlan> {
    const { body } = await this.#store.getBuffer(this.#key(name, PLAN_FILE));
    const parsed = ProductionPlan.safeParse(JSON.parse(body.toString('utf8')));
    if (!parsed.success) throw new AppError('internal', { message: 'an unreadable plan', cause: parsed.error });
    return parsed.data;
  }

  /** Puts a part's files, which lie in `folder` under their names. */
  async put(part: Part, folder: string, signal: AbortSignal): Promise<void> {
    for (const file of part.files) {
      await putFile(this.#store, this.#key(part.name, file), join(folder, file), signal);
    }
  }

  /** @throws AppError `notFound` when somebody has deleted it. */
  fetch(part: string, file: string, path: string, signal: AbortSignal): Promise<void> {
    return fetchFile(this.#store, this.#key(part, file), path, signal);
  }

  /** Deletes everything that the film which was published last is not made of. */
  async collect(kept: readonly Part[]): Promise<void> {
    const keys = new Set(kept.flatMap((part) => part.files.map((file) => this.#key(part.name, file))));
    for await (const { key } of this.#store.list(objectKeys.partsPrefix(this.#recordingId))) {
      if (!keys.has(key)) await this.#store.delete(key);
    }
  }

  async discardPart(part: string): Promise<void> {
    await this.#store.deletePrefix(objectKeys.partPrefix(this.#recordingId, part));
  }

  async discard(): Promise<void> {
    await this.#store.deletePrefix(objectKeys.partsPrefix(this.#recordingId));
  }

  #key(part: string, file: string): string {
    return objectKeys.part(this.#recordingId, part, file);
  }
}
