import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useAcoustics, type Acoustics } from '../../support/browser/acoustics.ts';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { DEMO_CLASSROOM, enrolSite } from '../../support/districts/demo-site.ts';
import { eventually } from '../../support/eventually.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'lin.laoshi', sender: 1 };
const PUPIL = { account: 'wang.xiaoming', sender: 2 };
const OLD_BROWSER = { account: 'zhang.haoran', name: '张浩然', sender: 4 };
const SITE = 3;
const CHECKED_WITHIN_MS = 60_000;
const FOUND_WITHIN_MS = 60_000;
/** A voice, and what is left of one that is turned down by 40 dB. */
const HEARD_DB = -40;
const LOST_DB = -55;
/** An echo is found after two looks at five seconds of speech each; without one nothing may have been found by then. */
const LONG_ENOUGH_MS = 15_000;

let stack: Stack;
let browser: Browser;
let lessonId: string;
let teacher: Person;

const inRoom = async (sender: number, acoustics: Acoustics, options = {}): Promise<Person> => {
  const person = await Person.at(stack, browser, sender, options);
  await useAcoustics(person.page.context(), acoustics);
  return person;
};

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '望庐山瀑布');
  teacher = await inRoom(TEACHER.sender, { echoAfterMs: null, voice: 11, gain: 1 });
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

declare global {
  var soundCheck: () => { readonly contexts: readonly string[]; readonly tracks: readonly string[] };
}

/** From now on: the states of the contexts that the page makes and of the microphones that it is given, oldest first. */
function watchCheck(): void {
  const made: AudioContext[] = [];
  const given: number = globalThis.timecodeKit.given.length;
  globalThis.AudioContext = class extends globalThis.AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      made.push(this);
    }
  };
  globalThis.soundCheck = () => ({
    contexts: made.map(({ state }) => state),
    tracks: globalThis.timecodeKit.given
      .slice(given)
      .filter(({ kind }) => kind === 'audio')
      .map(({ readyState }) => readyState),
  });
}

const callOnSite = async (): Promise<void> => {
  await teacher.openPanel('people');
  const site = teacher.page.locator(`[data-testid="participant"][data-name*="${DEMO_CLASSROOM}"]`);
  await site.getByTestId('participant-menu').click();
  await teacher.page.getByTestId('participant-invite').click();
};

const comeOnStage = async (pupil: Person): Promise<void> => {
  await pupil.enterLesson(lessonId);
  await pupil.untilInside();
  await pupil.page.getByTestId('control-hand').click();
  await teacher.openPanel('people');
  await teacher.page.getByTestId('hand').getByTestId('invite-to-stage').click();
  await pupil.page.getByTestId('accept-stage').click();
  await pupil.untilOn('microphone');
};

const talkOf = (site: Person) => () => site.page.getByTestId('talk-sign').getAttribute('data-talk');

/** The loudest moment of two seconds, in dB of full scale, of what the teacher's page receives from a seat's microphone. */
const loudestOf = (seatId: string): Promise<number> =>
  teacher.page.evaluate(async (id) => {
    const found = `audio[data-seat-id="${id}"][data-source="microphone"]`;
    const stream = document.querySelector<HTMLAudioElement>(found)?.srcObject;
    if (!(stream instanceof MediaStream)) return -Infinity;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (let look = 0; look < 40; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    }
    await context.close();
    return 10 * Math.log10(loudest);
  }, seatId);

describe('the sound of a classroom whose loudspeakers come back into its microphone', () => {
  let site: Person;

  it('is checked in the quiet before class, and shown on its screen', async () => {
    site = await inRoom(SITE, { echoAfterMs: 180, voice: null, gain: 0.4 }, { viewport: VIEWPORTS.screen });
    await enrolSite(stack, site);
    await site.page.getByTestId('site-waiting').waitFor();
    const verdict = () => site.page.getByTestId('sound-card').getAttribute('data-verdict');
    await expect.poll(verdict, { timeout: CHECKED_WITHIN_MS, interval: 200 }).toBe('echo');
    const chosen = await site.page.evaluate(() => localStorage.getItem('tongke.devices'));
    expect(JSON.parse(chosen ?? '{}')).toMatchObject({ sound: 'hall' });
  });

  it('is checked no further when the lesson begins: nothing sounds into it, and the microphone of the check is released', async () => {
    await teacher.signIn(TEACHER.account);
    await teacher.page.goto(`/room/${lessonId}`);
    await teacher.page.getByTestId('enter-room').waitFor();
    const remembered = () => site.page.evaluate(() => localStorage.getItem('tongke.sound'));
    const before = await remembered();
    await site.page.evaluate(watchCheck);
    await site.page.getByTestId('check-sound').click();
    const ofCheck = () => site.page.evaluate(() => globalThis.soundCheck());
    await eventually(ofCheck).toEqual({ contexts: ['running'], tracks: ['live'] });
    await teacher.passPreparation();
    await teacher.untilInside();
    await site.page.getByTestId('site-room').waitFor();
    await eventually(async () => {
      const { contexts, tracks } = await ofCheck();
      return [...contexts.slice(0, 1), ...tracks.slice(0, 1)];
    }).toEqual(['closed', 'ended']);
    expect(await remembered()).toBe(before);
  });

  it('is told to the teacher, and to no pupil', async () => {
    await eventually(() => teacher.page.getByTestId('site-sound').getAttribute('data-verdict')).toBe('echo');
  });

  it('is named and turned down when the teacher’s own voice comes back, and is heard no more for it', async () => {
    await callOnSite();
    await eventually(talkOf(site)).toBe('open');
    const siteSeat = (await site.page.getByTestId('site-room').getAttribute('data-seat-id')) ?? '';
    await eventually(() => loudestOf(siteSeat)).toBeGreaterThan(HEARD_DB);
    const note = teacher.page.locator('[data-testid="echo-note"][data-state="ducked"]');
    await note.waitFor({ timeout: FOUND_WITHIN_MS });
    expect(await note.textContent()).toContain(DEMO_CLASSROOM);
    await eventually(() => loudestOf(siteSeat)).toBeLessThan(LOST_DB);
    expect(await talkOf(site)()).toBe('open');
    expect(await site.page.getByTestId('ducked').isVisible()).toBe(true);
  });

  it('is heard as ever between the teacher’s words', async () => {
    const siteSeat = (await site.page.getByTestId('site-room').getAttribute('data-seat-id')) ?? '';
    await site.page.evaluate(() => globalThis.speakUp(31));
    expect(await loudestOf(siteSeat)).toBeLessThan(LOST_DB);
    await teacher.page.getByTestId('control-microphone').click();
    await eventually(() => loudestOf(siteSeat)).toBeGreaterThan(HEARD_DB);
    await teacher.page.getByTestId('control-microphone').click();
    await eventually(() => loudestOf(siteSeat)).toBeLessThan(LOST_DB);
  });

  it('is heard as it is when the teacher wants that', async () => {
    const siteSeat = (await site.page.getByTestId('site-room').getAttribute('data-seat-id')) ?? '';
    const note = teacher.page.getByTestId('echo-note');
    await note.getByTestId('let-echo-go').click();
    await note.waitFor({ state: 'detached' });
    await eventually(() => loudestOf(siteSeat)).toBeGreaterThan(HEARD_DB);
    expect(await talkOf(site)()).toBe('open');
    await site.close();
  });
});

describe('a pupil whose browser cannot turn the microphone down', () => {
  it('is muted when the teacher’s voice still comes back, until the teacher lets it be heard', async () => {
    const pupil = await inRoom(OLD_BROWSER.sender, { echoAfterMs: 180, voice: null, gain: 0.4 });
    await pupil.page.addInitScript(() => {
      const addModule = AudioWorklet.prototype.addModule.bind(AudioWorklet.prototype);
      AudioWorklet.prototype.addModule = function addUnlessDucker(this: AudioWorklet, url) {
        return String(url).includes('ducker')
          ? Promise.reject(new Error('no such thing here'))
          : addModule.call(this, url);
      };
    });
    await pupil.signIn(OLD_BROWSER.account);
    await comeOnStage(pupil);
    await pupil.page.getByTestId('ducked-note').waitFor({ timeout: FOUND_WITHIN_MS });
    await pupil.page.getByTestId('muted-by-teacher').waitFor({ timeout: FOUND_WITHIN_MS });
    const note = teacher.page.locator('[data-testid="echo-note"][data-state="muted"]');
    expect(await note.textContent()).toContain(OLD_BROWSER.name);
    await note.getByTestId('let-echo-go').click();
    await note.waitFor({ state: 'detached' });
    await pupil.close();
  });
});

describe('a pupil who speaks at the same time as the teacher', () => {
  it('is never taken for an echo', async () => {
    const pupil = await inRoom(PUPIL.sender, { echoAfterMs: null, voice: 23, gain: 1 });
    await pupil.signIn(PUPIL.account);
    await comeOnStage(pupil);
    const until = Date.now() + LONG_ENOUGH_MS;
    while (Date.now() < until) {
      expect(await teacher.page.getByTestId('echo-note').count()).toBe(0);
      await teacher.page.waitForTimeout(500);
    }
    await pupil.untilOn('microphone');
    await pupil.close();
  });
});
