import { createHash, X509Certificate } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openDevice, VIEWPORTS } from '../../support/browser/browser.ts';
import { Person } from '../../support/browser/person.ts';
import { PartnerSchool } from '../../support/stands/partner-school.ts';
import { Stack } from '../../support/stands/stack.ts';

const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };

/** A network of its own on which the phones are. */
let network: PartnerSchool;
let stack: Stack;
/** PEM, as the phone was given it. */
let authority = '';
const browsers: Browser[] = [];

beforeAll(async () => {
  network = await PartnerSchool.create();
  stack = await Stack.start({}, ['--lan']);
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await stack?.stop();
  await network?.close();
});

/** As the certificate is trusted by hand: Chromium takes every chain in which this key stands. */
function trusting(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`;
}

async function browserWith(args: readonly string[], executablePath?: string): Promise<Browser> {
  const browser = await launchBrowser({ args, ...(executablePath === undefined ? {} : { executablePath }) });
  browsers.push(browser);
  return browser;
}

describe('npm start -- --lan', () => {
  it('says where phones go first and where lessons are, in letters and as codes to point a camera at', () => {
    const { output } = stack;
    expect(output).toMatch(new RegExp(`^ready https://[\\d.]+:${stack.port}$`, 'm'));
    expect(output).toMatch(new RegExp(`first time: http://[\\d.]+:${stack.port + 1}/trust$`, 'm'));
    expect(output.split('\n').filter((line) => /[▀▄█]{4}/.test(line)).length).toBeGreaterThan(20);
  });

  it('shows a phone that does not trust it yet how to, and gives it the authority', async () => {
    const browser = await browserWith([], await network.browserPath());
    const context = await openDevice(browser, PUPIL.sender, { viewport: VIEWPORTS.phone });
    // A tab of its own: what the browser shows instead is a page too, and comes when it comes.
    const refused = await context.newPage();
    const secure = stack.urlAt(network.serverAddress, 'https');
    await expect(refused.goto(secure)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
    await refused.close();
    const page = await context.newPage();
    await page.goto(`http://${network.serverAddress}:${stack.port + 1}/`);
    await page.waitForURL('**/trust');
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.locator('ol li').count()).toBeGreaterThan(5);
    const link = await page.locator('a[href="/ca.crt"]').getAttribute('href');
    authority = await page.evaluate(async (path) => (await fetch(path)).text(), link ?? '');
    expect(new X509Certificate(authority).ca).toBe(true);
  });

  it('carries a lesson from this machine to the phone that trusts it, picture and sound over the local network', async () => {
    const trusted = trusting(authority);
    const here = await browserWith([trusted]);
    const teacher = await Person.at(stack, here, TEACHER.sender, { baseURL: stack.urlAt('localhost', 'https') });
    await teacher.signInByPage(TEACHER.account);
    await teacher.page.goto('/');
    const lesson = teacher.page.locator('[data-lesson-id]').filter({ hasText: '认识分数' }).first();
    const lessonId = (await lesson.getAttribute('data-lesson-id')) ?? '';
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();

    const there = await browserWith([trusted], await network.browserPath());
    const baseURL = stack.urlAt(network.serverAddress, 'https');
    const pupil = await Person.at(stack, there, PUPIL.sender, { baseURL, viewport: VIEWPORTS.phone });
    await pupil.signInByPage(PUPIL.account);
    expect(await pupil.page.evaluate(() => isSecureContext)).toBe(true);
    await pupil.enterLesson(lessonId);
    await pupil.untilInside();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
  });
});
