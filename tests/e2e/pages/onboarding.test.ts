import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { eventually } from '../../support/eventually.ts';
import { RestClient } from '../../support/clients/rest-client.ts';
import { firstLink } from '../../support/districts/first-day.ts';
import { Stack } from '../../support/stands/stack.ts';

const DISTRICT = '莲都区';
const LECTURING = '城关中心小学';
const LISTENING = '山前村小学';
const TEACHER = { name: '周老师', sender: 1 };
const PUPIL = { name: '学生三1', classGroup: '四年级二班', sender: 2 };
const CLASSES = ['三年级一班', '三年级二班', '四年级一班', '四年级二班'];
const PUPILS_PER_CLASS = 45;
const TEACHERS = 10;
const GUARDIANS = 10;
const OWN_PASSWORD = 'own password 1';
const PEOPLE = CLASSES.length * PUPILS_PER_CLASS + TEACHERS + GUARDIANS;

const SURNAMES = ['甲', '乙', '丙', '三'];
const pupilName = (group: number, n: number): string => `学生${SURNAMES[group]}${n}`;

/** 200 new passwords are 200 slow hashes: 5 s of two free cores, and many times that where they are shared. */
const IMPORT_WAIT_MS = 150_000;

/** A school's sheet of 200 people, with four slips of the pen in between. */
function peopleSheet(): string {
  const teachers = Array.from({ length: TEACHERS }, (_, n) => `${n === 0 ? TEACHER.name : `教师${n}`},教师,,,`);
  const pupils = CLASSES.flatMap((group, g) =>
    Array.from({ length: PUPILS_PER_CLASS }, (_, n) => `${pupilName(g, n + 1)},学生,${group},,`),
  );
  const guardians = Array.from({ length: GUARDIANS }, (_, n) => `家长${n + 1},家长,,,${pupilName(0, n + 1)}`);
  const bad = [',学生,三年级一班,,', '李校医,校医,,,', '没班级,学生,,,', '陌生家长,家长,,,查无此人'];
  return ['姓名,角色,班级,账号,孩子', ...teachers, ...bad, ...pupils, ...guardians].join('\r\n');
}

let stack: Stack;
let browser: Browser;
let admin: Person;
let teacher: Person;
let pupil: Person;
const slips = new Map<string, { account: string; password: string }>();

beforeAll(async () => {
  stack = await Stack.start({ DEMO: '0' });
  browser = await launchBrowser();
  admin = await Person.at(stack, browser, 9);
  teacher = await Person.at(stack, browser, TEACHER.sender);
  pupil = await Person.at(stack, browser, PUPIL.sender);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

async function openDesk(section: string): Promise<void> {
  await admin.page.getByTestId(`desk-${section}`).click();
  await admin.page.waitForURL(`**/desk/${section}`);
}

async function fillSchool(form: Locator, name: string): Promise<void> {
  await form.locator('input[name="name"]').fill(name);
  await form.locator('button[type="submit"]').click();
}

async function signInFromSlip(person: Person, name: string): Promise<void> {
  const slip = slips.get(name);
  if (slip === undefined) throw new Error(`no slip for ${name}`);
  await person.signInWith(slip.account, slip.password);
  // Going round it leads back to it.
  await person.page.goto('/library');
  await person.page.waitForURL('**/password?**');
  await person.setFirstPassword(OWN_PASSWORD);
  await person.page.waitForURL('**/library');
  await person.page.goto('/');
}

describe('a district from its first start to its first lesson', () => {
  it('makes the first administrator with the one-time link', async () => {
    const { page } = admin;
    await page.goto(await firstLink(stack));
    await page.locator('input[name="districtName"]').fill(DISTRICT);
    await page.locator('input[name="displayName"]').fill('陈局长');
    await page.locator('input[name="account"]').fill('admin');
    await page.locator('input[name="password"]').fill('correct horse');
    await page.getByTestId('set-up').click();
    await page.getByTestId('school-form').waitFor();
  });

  it('adds two schools and pairs them', async () => {
    const { page } = admin;
    await fillSchool(page.getByTestId('school-form'), LISTENING);
    await openDesk('schools');
    await page.getByTestId('add-school').click();
    await fillSchool(page.getByTestId('school-form'), LECTURING);
    await page.getByTestId('school-form').waitFor({ state: 'detached' });
    await eventually(() => page.getByTestId('school').count()).toBe(2);
    // The school just added is the one that is looked after from now on.
    await eventually(() => page.getByTestId('school-card').locator('h2').textContent()).toBe(LECTURING);
    await openDesk('pairings');
    await page.getByTestId('add-pairing').locator('button[type="submit"]').click();
    await eventually(() => page.getByTestId('pairing').textContent()).toBe(`${LECTURING}${LISTENING}`);
  });

  it('names each bad line of a people sheet and its column before anything is imported', async () => {
    const { page } = admin;
    await openDesk('people');
    await page.getByTestId('import-people').click();
    const file = { name: '全校人员.csv', mimeType: 'text/csv', buffer: Buffer.from(peopleSheet()) };
    await page.getByTestId('import-file').setInputFiles(file);
    await eventually(() => page.getByTestId('import-good').textContent()).toContain(String(PEOPLE));
    const bad = page.locator('[data-testid="import-line"][data-good="false"]');
    expect(await bad.evaluateAll((lines) => lines.map((line) => Number(line.getAttribute('data-line'))))).toEqual(
      [1, 2, 3, 4].map((n) => 1 + TEACHERS + n),
    );
    const columns = await bad
      .locator('[data-wrong]')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-wrong')));
    expect(columns).toEqual(['displayName', 'role', 'classGroup', 'ward']);
  });

  it('imports the 200 good lines, part by part, and shows a sign-in slip for each, once', async () => {
    const { page } = admin;
    await page.getByTestId('run-import').click();
    // It can be stopped on the way, says how far it is, and goes on from there.
    await page.getByTestId('stop-import').click();
    const progress = page.locator('[data-testid="import-progress"][data-state="halted"]');
    await progress.waitFor();
    const done = Number(await progress.getAttribute('data-done'));
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(PEOPLE);
    await page.getByTestId('go-on-import').click();
    await page.getByTestId('slips').waitFor({ timeout: IMPORT_WAIT_MS });
    const shown = await page.getByTestId('slip').evaluateAll((found) =>
      found.map((slip) => ({
        name: slip.getAttribute('data-name') ?? '',
        account: slip.getAttribute('data-account') ?? '',
        password: slip.getAttribute('data-password') ?? '',
        text: slip.textContent ?? '',
      })),
    );
    expect(shown.length).toBe(PEOPLE);
    for (const { name, account, password, text } of shown) {
      expect(text).toContain(LECTURING);
      expect(text).toContain(stack.url);
      expect(text).toContain(password);
      slips.set(name, { account, password });
    }
    await page.getByTestId('slips-done').click();
    await page.getByTestId('confirm').click();
    await eventually(() => page.getByTestId('people-range').textContent()).toContain(String(PEOPLE));
  });

  it('leads from a pupil in the list to its answers and back to where the list was, and from nobody else', async () => {
    const { page } = admin;
    const line = (name: string) => page.locator(`[data-testid="person"][data-name="${name}"]`);
    await page.getByTestId('people-search').fill(TEACHER.name);
    await line(TEACHER.name).waitFor();
    expect(await line(TEACHER.name).getByTestId('answers-of-person').count()).toBe(0);
    await page.getByTestId('people-search').fill(PUPIL.name);
    await line(PUPIL.name).getByTestId('answers-of-person').click();
    await page.getByTestId('answers-asked').waitFor();
    expect(await page.locator('h1').textContent()).toContain(PUPIL.name);
    await page.getByRole('link', { name: '返回', exact: true }).click();
    await line(PUPIL.name).waitFor();
    expect(await page.getByTestId('people-search').inputValue()).toBe(PUPIL.name);
  });

  it('adds a class group and a classroom, and shows the code that enrols its screen', async () => {
    const { page } = admin;
    await openDesk('classes');
    await eventually(() => page.getByTestId('class-group').count()).toBe(CLASSES.length);
    const form = page.getByTestId('add-class');
    await form.locator('input[name="grade"]').fill('五年级');
    await form.locator('input[name="name"]').fill('一班');
    await form.locator('button[type="submit"]').click();
    await page.locator('[data-testid="class-group"][data-name="五年级一班"]').waitFor();
    await openDesk('classrooms');
    const rooms = page.getByTestId('add-classroom');
    await rooms.locator('input[name="name"]').fill('多媒体教室');
    await rooms.locator('button[type="submit"]').click();
    await page.getByTestId('issue-code').click();
    expect(await page.getByTestId('enrolment-code').textContent()).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    await page.keyboard.press('Escape');
  });

  it('puts a weekly lesson on the timetable, deletes it, and takes that back', async () => {
    const { page } = admin;
    await openDesk('timetable');
    await page.getByTestId('add-entry').click();
    const form = page.getByTestId('entry-form');
    await form.locator('input[name="title"]').fill('语文·望庐山瀑布');
    await form.getByLabel('主讲教师').selectOption({ label: TEACHER.name });
    await form.getByLabel('三年级一班').check();
    await page.getByTestId('save-entry').click();
    const entry = page.locator('[data-testid="entry"][data-title="语文·望庐山瀑布"]');
    await eventually(() => entry.textContent()).toContain('三年级一班');
    await entry.click();
    await page.getByTestId('remove-entry').click();
    await entry.waitFor({ state: 'detached' });
    await page.getByTestId('undo').click();
    await eventually(() => entry.textContent()).toContain(TEACHER.name);
  });

  it('lets a teacher sign in from the slip, once there is an own password, and start an ad-hoc lesson for a class', async () => {
    await signInFromSlip(teacher, TEACHER.name);
    const { page } = teacher;
    await page.getByTestId('ad-hoc').click();
    await page.getByLabel(PUPIL.classGroup).check();
    await page.getByTestId('ad-hoc-start').click();
    await teacher.passPreparation();
    await teacher.untilInside();
  });

  it('lets somebody change the own password from the account menu, and sign in with the new one only', async () => {
    const { page } = admin;
    await page.getByTestId('account-menu').click();
    await page.getByTestId('change-password').click();
    const form = page.getByTestId('password-form');
    await form.locator('input[name="current"]').fill('wrong horse');
    await form.locator('input[name="next"]').fill('battery staple');
    await form.locator('input[name="repeat"]').fill('battery staple');
    await page.getByTestId('save-password').click();
    await form.locator('input[name="current"][aria-invalid="true"]').waitFor();
    await form.locator('input[name="current"]').fill('correct horse');
    await page.getByTestId('save-password').click();
    await page.getByTestId('password-changed').waitFor();
    const again = new RestClient(stack.url);
    const old = await again.raw('signIn', { body: { account: 'admin', password: 'correct horse' } });
    expect(old.code).toBe('wrongCredentials');
    await again.call('signIn', { body: { account: 'admin', password: 'battery staple' } });
  });

  it('lets a pupil of that class sign in from the slip, enter, and see the teacher', async () => {
    await signInFromSlip(pupil, PUPIL.name);
    await pupil.page.getByTestId('enter-lesson').click();
    await pupil.passPreparation();
    await pupil.untilInside();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
  });
});
