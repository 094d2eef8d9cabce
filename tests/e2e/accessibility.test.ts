import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { launchBrowser, VIEWPORTS } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/demo-lessons.ts';
import { Stack } from '../support/stack.ts';

const TEACHER = 'wu.laoshi';
const ADMINISTRATOR = 'zhou.xiaozhang';

const Findings = z.array(
  z.object({
    id: z.string(),
    impact: z.string().nullable(),
    nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
  }),
);

let stack: Stack;
let browser: Browser;
let axeSource: string;
let teacher: Person;
let administrator: Person;

beforeAll(async () => {
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  stack = await Stack.start();
  browser = await launchBrowser();
  teacher = await Person.at(stack, browser, 1);
  administrator = await Person.at(stack, browser, 2);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** What axe (WCAG 2.2 A and AA) finds serious on the page as it is, one line each. */
async function seriousFindings(person: Person): Promise<string[]> {
  // What fades in has too little contrast until it is there.
  await person.page.waitForFunction(() =>
    document
      .getAnimations()
      .every(({ playState, effect }) => playState !== 'running' || effect?.getComputedTiming().endTime === Infinity),
  );
  // The page's policy allows no foreign script element; an evaluated text is the debugger's.
  await person.page.evaluate(axeSource);
  const found: unknown = await person.page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] }).then((result) => result.violations)`,
  );
  return Findings.parse(found)
    .filter((finding) => finding.impact === 'serious' || finding.impact === 'critical')
    .flatMap((finding) => finding.nodes.map((node) => `${finding.id}: ${node.html} ${node.failureSummary ?? ''}`));
}

describe('accessibility (WCAG 2.2 AA)', () => {
  it('finds nothing serious before sign-in', async () => {
    for (const path of ['/sign-in', '/check', '/trust', '/site']) {
      await teacher.page.goto(path);
      await teacher.page.locator('h1, h2, form, [role="status"]').first().waitFor();
      expect(await seriousFindings(teacher), path).toEqual([]);
    }
  });

  it('finds nothing serious on the home page, in the library and at the school desk', async () => {
    await administrator.signIn(ADMINISTRATOR);
    for (const path of ['/', '/library', '/desk', '/desk/people', '/desk/classrooms']) {
      await administrator.page.goto(path);
      await administrator.page.waitForLoadState('networkidle');
      expect(await seriousFindings(administrator), path).toEqual([]);
    }
  });

  it('finds nothing serious in the room, on a laptop and on a phone', async () => {
    const lessonId = await lessonIdOf(await signedIn(stack, TEACHER), '认识分数');
    await teacher.signIn(TEACHER);
    await teacher.page.goto(`/room/${lessonId}`);
    await teacher.page.getByTestId('enter-room').waitFor();
    expect(await seriousFindings(teacher), 'device check').toEqual([]);
    await teacher.passPreparation();
    await teacher.untilInside();
    await teacher.openPanel('people');
    expect(await seriousFindings(teacher), 'room').toEqual([]);
    await teacher.page.setViewportSize(VIEWPORTS.phone);
    expect(await seriousFindings(teacher), 'room on a phone').toEqual([]);
  });
});
