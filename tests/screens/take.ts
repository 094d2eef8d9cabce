import { launchBrowser } from '../support/browser/browser.ts';
import { Stack } from '../support/stands/stack.ts';
import { takeCaptions } from './captions.ts';
import { Cast } from './cast.ts';
import { takeDoors } from './doors.ts';
import { takeEditor } from './editor.ts';
import { takeFarEnd } from './far-end.ts';
import { takeGroups } from './groups.ts';
import { HeldLesson } from './held-lesson.ts';
import { takeImport } from './import.ts';
import { takeInspection } from './inspection.ts';
import { takeMicroLesson } from './micro.ts';
import { takeOrder } from './order.ts';
import { takePublishing } from './publishing.ts';
import { takeFilm, takeLessonAndViews } from './recordings.ts';
import { takeRemarks } from './remarks.ts';
import { takeReports } from './reports.ts';
import { takeSetup } from './setup.ts';
import { takeTrouble } from './trouble.ts';
import { takeWall } from './wall.ts';

/** Each in a district of its own. */
const SUBJECTS = {
  doors: takeDoors,
  import: takeImport,
  trouble: takeTrouble,
  micro: takeMicroLesson,
  groups: takeGroups,
  order: takeOrder,
  wall: takeWall,
  inspection: takeInspection,
  'far-end': takeFarEnd,
  lesson: takeLessonAndViews,
};

/** All of one short lesson that was held for them. */
const AFTERWARDS = {
  film: takeFilm,
  remarks: takeRemarks,
  reports: takeReports,
  editor: takeEditor,
  publishing: takePublishing,
  captions: takeCaptions,
};

/** Without a demo: as a district finds it on its first day. */
const ON_THE_FIRST_DAY = { setup: takeSetup };

const chosen = process.argv.slice(2);
const names = [SUBJECTS, AFTERWARDS, ON_THE_FIRST_DAY].flatMap(Object.keys);
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no subject ${unknown.join(', ')}; there are: ${names.join(', ')}`);
const isChosen = ([name]: readonly [string, unknown]): boolean => chosen.length === 0 || chosen.includes(name);

async function inDistrict(
  take: (cast: Cast) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const stack = await Stack.start(env);
  try {
    const browser = await launchBrowser();
    try {
      await take(new Cast(stack, browser));
    } finally {
      await browser.close();
    }
  } finally {
    await stack.stop();
  }
}

/** One subject that fails does not cost the pictures of the others. */
async function attempt(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name}: not all pictures were taken`, error);
  }
}

/**
 * Takes the pictures of `docs/screens`: every page and state at the size of a phone, a laptop and a large screen.
 * `node tests/screens/take.ts`, after `npm run build`, on a machine with `fonts-noto-cjk`; with names of subjects, only those.
 */
for (const [name, take] of Object.entries(SUBJECTS).filter(isChosen)) await attempt(name, () => inDistrict(take));
for (const [name, take] of Object.entries(ON_THE_FIRST_DAY).filter(isChosen)) {
  await attempt(name, () => inDistrict(take, { DEMO: '0' }));
}
const afterwards = Object.entries(AFTERWARDS).filter(isChosen);
if (afterwards.length > 0) {
  await attempt('the lesson for its recording', () =>
    inDistrict(async (cast) => {
      const held = await HeldLesson.hold(cast);
      for (const [name, take] of afterwards) await attempt(name, () => take(cast, held));
    }),
  );
}
