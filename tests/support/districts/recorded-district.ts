import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../storage/db/open.ts';
import { createStores } from '../../../storage/db/stores.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { newId } from '../../../storage/new-id.ts';
import type { Lesson, ObjectStore, Stores } from '../../../storage/ports.ts';
import type { Person } from '../../../signaling/protocol/rest/directory.ts';
import { RecordingId, type LessonId } from '../../../signaling/protocol/ids.ts';
import { signedIn } from './demo-lessons.ts';
import type { RestClient } from '../clients/rest-client.ts';
import { createMigratedDatabase } from '../stands/postgres-of-run.ts';
import { Stack } from '../stands/stack.ts';

const RECORDED_MS = 2_400_000;

/** The demo district on PostgreSQL, so that a test can put recordings into it without holding lessons. */
export class RecordedDistrict {
  readonly stack: Stack;
  readonly stores: Stores;
  /** The stack's own, beside it. */
  readonly objects: ObjectStore;
  readonly #close: () => Promise<void>;

  private constructor(parts: Pick<RecordedDistrict, 'stack' | 'stores' | 'objects'>, close: () => Promise<void>) {
    this.stack = parts.stack;
    this.stores = parts.stores;
    this.objects = parts.objects;
    this.#close = close;
  }

  /** @param env on top of the stack's own. */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<RecordedDistrict> {
    const url = await createMigratedDatabase();
    const stack = await Stack.start({ ...env, DATABASE_URL: url, DEMO: 'true' });
    const database = await openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: url });
    const objects = await DirectoryObjectStore.create(join(stack.dataFolder, 'objects'));
    return new RecordedDistrict({ stack, objects, stores: createStores(database.db) }, async () => {
      await objects.close();
      await database.close();
      await stack.stop();
    });
  }

  /** A recording of 40 minutes that has just become playable. */
  async record(lessonId: LessonId, title = '望庐山瀑布', recordingId = newId(RecordingId)): Promise<RecordingId> {
    const startedAtUnixUs = (Date.now() - RECORDED_MS) * 1000;
    await this.stores.recordings.create({ recordingId, lessonId, title, startedAtUnixUs, allowsDownload: false });
    await this.stores.recordings.markFinishing(recordingId, Date.now());
    const views = { indexKey: `play/${recordingId}/index.json`, durationMs: RECORDED_MS, isFinal: true };
    await this.stores.recordings.markPlayable(recordingId, views);
    return recordingId;
  }

  /** Something under every prefix that a recording has. */
  async storeMedia(recordingId: RecordingId): Promise<void> {
    const body = Buffer.from('media');
    const raw = `${objectKeys.rawPrefix(recordingId)}events/000000.jsonl`;
    const keys = [raw, objectKeys.playIndex(recordingId), objectKeys.produced(recordingId, 'a1', 'film.mp4')];
    for (const key of [...keys, objectKeys.manifest(recordingId)]) await this.objects.put(key, body);
  }

  /** Keys that are there of a recording. */
  async mediaOf(recordingId: RecordingId): Promise<readonly string[]> {
    const found: string[] = [];
    for (const prefix of ['raw', 'play', 'produced', 'recordings']) {
      for await (const { key } of this.objects.list(`${prefix}/${recordingId}/`)) found.push(key);
    }
    return found;
  }

  /** Two pupils of the lecturing school's class, one of a class of that school that is not there, and a guardian of the first. */
  async pupilsOf(
    recordingId: RecordingId,
  ): Promise<Readonly<Record<'attending' | 'sameClass' | 'otherClass' | 'guardian', RestClient>>> {
    const { lessonId, schoolId } = await this.#lessonOf(recordingId);
    const roster = new Map((await this.stores.lessons.roster(lessonId)).map((each) => [each.personId, each.schoolId]));
    const signIns = await this.stack.demoSignIns();
    const people = await this.stores.directory.findByAccount(signIns.map(({ account }) => account));
    const pupils = people.filter(({ roles }) => roles.some(({ role }) => role === 'student'));
    let guardian: string | undefined;
    let ward: Person | undefined;
    for (const { personId, account } of people) {
      const involvement = (await this.stores.lessons.involvements(personId, [lessonId])).get(lessonId);
      if (involvement?.as !== 'guardian') continue;
      // The database gives people in whatever order it likes.
      const child = people.find((person) => person.personId === involvement.wards[0]?.personId);
      if (child === undefined || roster.get(child.personId) !== schoolId) continue;
      guardian = account;
      ward = child;
    }
    const isOfSchool = ({ roles }: Person): boolean => roles.some((role) => role.schoolId === schoolId);
    const isClassmate = (pupil: Person): boolean => pupil !== ward && pupil.classGroupId === ward?.classGroupId;
    const sameClass = pupils.find(isClassmate)?.account;
    const otherClass = pupils.find((pupil) => isOfSchool(pupil) && !roster.has(pupil.personId))?.account;
    if (guardian === undefined || ward === undefined || sameClass === undefined || otherClass === undefined) {
      throw new Error('the demo district lacks pupils');
    }
    const client = (account: string): Promise<RestClient> => signedIn(this.stack, account);
    return {
      attending: await client(ward.account),
      sameClass: await client(sameClass),
      otherClass: await client(otherClass),
      guardian: await client(guardian),
    };
  }

  stop(): Promise<void> {
    return this.#close();
  }

  async #lessonOf(recordingId: RecordingId): Promise<Lesson> {
    const recording = await this.stores.recordings.recording(recordingId);
    const lesson = recording === undefined ? undefined : await this.stores.lessons.lesson(recording.lessonId);
    if (lesson === undefined) throw new Error('no such recording');
    return lesson;
  }
}
