import { setTimeout as pause } from 'node:timers/promises';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { lessonIdOf, signedIn } from '../support/districts/demo-lessons.ts';
import type { RestClient } from '../support/clients/rest-client.ts';
import type { Person } from '../support/browser/person.ts';
import type { Cast } from './cast.ts';

const TEACHER = 'lin.laoshi';
/** Long enough for the board, the lecturer and a pupil to be seen afterwards. */
const TAUGHT_MS = 30_000;
const PRODUCED_WITHIN_MS = 240_000;
const ASK_EVERY_MS = 1_000;

async function ask(teacher: Person, pupil: Person): Promise<void> {
  await teacher.openPanel('tools');
  await teacher.page.getByTestId('tool-poll').click();
  await teacher.page.getByTestId('question-text').fill('“疑是银河落九天”用了什么手法？');
  for (const [index, option] of ['比喻', '拟人', '夸张', '排比'].entries())
    await teacher.page.getByTestId(`option-${index}`).fill(option);
  await teacher.page.getByTestId('mark-2').click();
  await teacher.page.getByTestId('poll-ask').click();
  await pupil.page.getByTestId('answer-2').click();
  await pupil.page.locator('[data-testid="answer-state"][data-state="sent"]').waitFor();
}

/** A lesson that is over, and what it left. */
export class HeldLesson {
  readonly lessonId: string;
  readonly #client: RestClient;

  private constructor(lessonId: string, client: RestClient) {
    this.lessonId = lessonId;
    this.#client = client;
  }

  /** A short one of which no pictures are taken: a board, a pupil on stage, a question. */
  static async hold(cast: Cast): Promise<HeldLesson> {
    const client = await signedIn(cast.stack, TEACHER);
    const lessonId = await lessonIdOf(client, '望庐山瀑布');
    const teacher = await cast.inLesson(TEACHER, 'teacher', lessonId);
    const { page } = teacher;
    const endsAtMs = Date.now() + TAUGHT_MS;
    await page.getByTestId('control-screen').click();
    const pupil = await cast.inLesson('wang.xiaoming', 'pupil', lessonId);
    await pupil.page.getByTestId('control-hand').click();
    await teacher.openPanel('people');
    await page.getByTestId('hand').getByTestId('invite-to-stage').click();
    await pupil.page.getByTestId('accept-stage').click();
    await pupil.untilOn('camera');
    await ask(teacher, pupil);
    await pause(Math.max(0, endsAtMs - Date.now()));
    await teacher.endLesson();
    await pupil.page.getByTestId('closed').waitFor();
    for (const person of [teacher, pupil]) await person.close();
    return new HeldLesson(lessonId, client);
  }

  static async of(cast: Cast, lessonId: string): Promise<HeldLesson> {
    return new HeldLesson(lessonId, await signedIn(cast.stack, TEACHER));
  }

  untilPlayable(): Promise<RecordingId> {
    return this.#untilPhase(/playable|producing|ready/);
  }

  untilReady(): Promise<RecordingId> {
    return this.#untilPhase(/ready/);
  }

  async #untilPhase(wanted: RegExp): Promise<RecordingId> {
    const giveUpAtMs = Date.now() + PRODUCED_WITHIN_MS;
    while (Date.now() < giveUpAtMs) {
      const { items } = await this.#client.call('listRecordings', { query: {} });
      const recording = items.find((item) => item.lessonId === this.lessonId);
      if (recording !== undefined && wanted.test(recording.phase)) return recording.recordingId;
      await pause(ASK_EVERY_MS);
    }
    throw new Error(`the recording did not become ${wanted.source}`);
  }
}
