import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { TrackId } from '../../signaling/protocol/ids.ts';
import { RecordedProducer, RecordingGoal } from '../contract.ts';

/** What the manifest says about a track, whichever producer feeds it. */
export const TrackFacts = RecordedProducer.omit({ producerId: true });
export type TrackFacts = z.infer<typeof TrackFacts>;

/** What a capture process must know to go on with a recording after it died, `recording.json` in the recording's folder. */
export const RecordingState = z.object({
  version: z.literal(1),
  goal: RecordingGoal,
  phase: z.discriminatedUnion('state', [
    z.object({ state: z.literal('capturing') }),
    z.object({ state: z.literal('finishing'), endedAtUs: z.int() }),
  ]),
  /** Every track there was, and its last epoch. */
  tracks: z.array(z.object({ facts: TrackFacts, epoch: z.int().nonnegative() })),
  /** Another process had this recording before: it may have stored chunks that the manifest does not list. */
  isTakenOver: z.boolean(),
  eventsUpTo: z.int(),
  nextEventsN: z.int().nonnegative(),
});
export type RecordingState = z.infer<typeof RecordingState>;

/** The folder of one recording: `recording.json`, `tracks/{track}/{epoch}-{n}.rtpd`, `events/{n}.jsonl`. */
export class RecordingFile {
  readonly folder: string;
  #state: RecordingState;
  #work: Promise<void> = Promise.resolve();

  static async create(folder: string, state: RecordingState): Promise<RecordingFile> {
    await mkdir(join(folder, 'tracks'), { recursive: true });
    await mkdir(join(folder, 'events'), { recursive: true });
    const file = new RecordingFile(folder, state);
    await file.update(() => state);
    return file;
  }

  /** Undefined when the folder holds no readable state. */
  static async load(folder: string): Promise<RecordingFile | undefined> {
    try {
      const state = RecordingState.parse(JSON.parse(await readFile(join(folder, 'recording.json'), 'utf8')));
      await mkdir(join(folder, 'tracks'), { recursive: true });
      await mkdir(join(folder, 'events'), { recursive: true });
      return new RecordingFile(folder, state);
    } catch {
      return undefined;
    }
  }

  private constructor(folder: string, state: RecordingState) {
    this.folder = folder;
    this.#state = state;
  }

  get state(): RecordingState {
    return this.#state;
  }

  get eventsFolder(): string {
    return join(this.folder, 'events');
  }

  get tracksFolder(): string {
    return join(this.folder, 'tracks');
  }

  trackFolder(trackId: TrackId): string {
    return join(this.folder, 'tracks', trackId);
  }

  /** Durable when it resolves; the state in memory changes at once. */
  update(change: (state: RecordingState) => RecordingState): Promise<void> {
    this.#state = change(this.#state);
    const text = JSON.stringify(this.#state);
    const writing = this.#work.then(() => writeDurably(join(this.folder, 'recording.json'), text));
    this.#work = writing.catch(() => undefined);
    return writing;
  }

  /** Everything is in the object store. */
  async remove(): Promise<void> {
    await this.#work;
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o640);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
