import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { seriousFindings } from '../../support/browser/serious-findings.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = 'wu.laoshi';
const ADMINISTRATOR = 'zhou.xiaozhang';

let stack: Stack;
let browser: Browser;
let teacher: Person;
let administrator: Person;

beforeAll(async () => {
  stack = await Stack.start(await onPostgresOfRun());
  browser = await launchBrowser();
  teacher = await Person.at(stack, browser, 1);
  administrator = await Person.at(stack, browser, 2);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

describe('accessibility (WCAG 2.2 AA)', () => {
  it('finds nothing serious before sign-in', async () => {
    for (const path of ['/sign-in', '/check', '/trust', '/site']) {
      await teacher.page.goto(path);
      await teacher.page.locator('h1, h2, form, [role="status"]').first().waitFor();
      expect(await seriousFindings(teacher.page), path).toEqual([]);
    }
  });

  it('finds nothing serious on the home page, in the library and at the school desk', async () => {
    await administrator.signIn(ADMINISTRATOR);
    for (const path of ['/', '/library', '/desk', '/desk/calendar', '/desk/people', '/desk/classrooms', '/calendar']) {
      await administrator.page.goto(path);
      await administrator.page.waitForLoadState('networkidle');
      expect(await seriousFindings(administrator.page), path).toEqual([]);
    }
  });

  it('finds nothing serious in the room, on a laptop and on a phone', async () => {
    const lessonId = await lessonIdOf(await signedIn(stack, TEACHER), '认识分数');
    await teacher.signIn(TEACHER);
    await teacher.page.goto(`/room/${lessonId}`);
    await teacher.page.getByTestId('enter-room').waitFor();
    expect(await seriousFindings(teacher.page), 'device check').toEqual([]);
    await teacher.passPreparation();
    await teacher.untilInside();
    await teacher.openPanel('people');
    expect(await seriousFindings(teacher.page), 'room').toEqual([]);
    await teacher.page.setViewportSize(VIEWPORTS.phone);
    expect(await seriousFindings(teacher.page), 'room on a phone').toEqual([]);
  });
});
