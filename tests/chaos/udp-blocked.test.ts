import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser/browser.ts';
import { Person } from '../support/browser/person.ts';
import { lessonIdOf, signedIn } from '../support/demo-lessons.ts';
import { Stack } from '../support/stack.ts';

const run = promisify(execFile);
const TEACHER = { account: 'wu.laoshi', name: '吴老师', sender: 1 };
const PUPIL = { account: 'ye.zihan', name: '叶子涵', sender: 2 };

/** A school whose firewall lets TCP through and nothing else: a network namespace of its own behind a veth pair. */
class FirewalledSchool {
  readonly name: string;
  readonly serverAddress: string;
  readonly #folder: string;

  private constructor(name: string, serverAddress: string, folder: string) {
    this.name = name;
    this.serverAddress = serverAddress;
    this.#folder = folder;
  }

  static async create(): Promise<FirewalledSchool> {
    const subnet = 1 + (process.pid % 250);
    const school = new FirewalledSchool(
      `tk${process.pid}`,
      `10.231.${subnet}.1`,
      await mkdtemp(join(tmpdir(), 'tongke-school-')),
    );
    const { name } = school;
    const ip = (...args: string[]) => run('ip', args);
    await ip('netns', 'add', name);
    await ip('link', 'add', `${name}h`, 'type', 'veth', 'peer', 'name', `${name}s`, 'netns', name);
    await ip('addr', 'add', `${school.serverAddress}/24`, 'dev', `${name}h`);
    await ip('link', 'set', `${name}h`, 'up');
    await ip('-n', name, 'addr', 'add', `10.231.${subnet}.2/24`, 'dev', `${name}s`);
    await ip('-n', name, 'link', 'set', `${name}s`, 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
    for (const chain of ['INPUT', 'OUTPUT']) {
      await run('ip', ['netns', 'exec', name, 'iptables', '-A', chain, '-p', 'udp', '-j', 'DROP']);
    }
    return school;
  }

  /** A Chromium that lives in the school. */
  async browserPath(): Promise<string> {
    const path = join(this.#folder, 'chromium');
    const chromium = process.env['TONGKE_CHROMIUM_BIN'] ?? '/usr/bin/chromium';
    await writeFile(path, `#!/bin/sh\nexec ip netns exec ${this.name} ${chromium} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async close(): Promise<void> {
    await run('ip', ['netns', 'delete', this.name]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

let school: FirewalledSchool;
let stack: Stack;
let teacherBrowser: Browser;
let pupilBrowser: Browser;

beforeAll(async () => {
  school = await FirewalledSchool.create();
  stack = await Stack.start({ RTC_ANNOUNCED_ADDRESS: school.serverAddress });
  teacherBrowser = await launchBrowser();
  pupilBrowser = await launchBrowser({
    executablePath: await school.browserPath(),
    args: [`--unsafely-treat-insecure-origin-as-secure=${stack.urlAt(school.serverAddress)}`],
  });
});
afterAll(async () => {
  await pupilBrowser.close();
  await teacherBrowser.close();
  await stack.stop();
  await school.close();
});

describe('a school that blocks UDP', () => {
  it('takes part over TCP', async () => {
    const lessonId = await lessonIdOf(await signedIn(stack, TEACHER.account), '认识分数');
    const teacher = await Person.at(stack, teacherBrowser, TEACHER.sender);
    await teacher.signIn(TEACHER.account);
    await teacher.enterLesson(lessonId);
    await teacher.untilInside();
    const pupil = await Person.at(stack, pupilBrowser, PUPIL.sender, { baseURL: stack.urlAt(school.serverAddress) });
    await pupil.signIn(PUPIL.account);
    await pupil.enterLesson(lessonId);
    await pupil.untilInside();
    await pupil.seesAdvancing(pupil.tile(TEACHER.name), TEACHER.sender);
    await pupil.hears(TEACHER.sender);
    const { stdout } = await run('ip', ['netns', 'exec', school.name, 'iptables', '-L', '-v', '-n', '-x']);
    const dropped = [...stdout.matchAll(/^\s*(\d+)\s+\d+\s+DROP/gm)].reduce((sum, match) => sum + Number(match[1]), 0);
    expect(dropped).toBeGreaterThan(0);
  });
});
