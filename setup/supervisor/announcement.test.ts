import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { announcement, type AnnouncementOptions } from './announcement.ts';

let folder = '';
let options: AnnouncementOptions;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tongke-announcement-'));
  options = {
    url: 'http://localhost:3000',
    trustUrl: undefined,
    demoFile: join(folder, 'demo.json'),
    demoSitesFile: join(folder, 'demo-sites.json'),
    firstAdministratorFile: join(folder, 'first-administrator.txt'),
    isDemo: true,
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function signIn(account: string, role: string, school: string) {
  return { account, password: 'secret', role, name: '林老师', school };
}

test('the first line is the one that others wait for', () => {
  expect(announcement(options)).toBe('ready http://localhost:3000');
});

test('a demo shows one sign-in of each role and school in straight columns, and says where the others are', () => {
  const all = [signIn('lin', 'teacher', '甲'), signIn('wu', 'teacher', '甲'), signIn('王妈妈', 'guardian', '甲')];
  writeFileSync(options.demoFile, JSON.stringify([...all, signIn('ma', 'teacher', '乙')]));
  expect(announcement(options).split('\n').slice(2)).toEqual([
    'Demo sign-ins:',
    '  lin     secret  teacher   林老师 甲',
    '  王妈妈  secret  guardian  林老师 甲',
    '  ma      secret  teacher   林老师 乙',
    `  and 1 more in ${options.demoFile}`,
  ]);
});

test('a demo shows the codes of its classrooms apart, with the page that they are typed into', () => {
  writeFileSync(options.demoSitesFile, JSON.stringify([{ classroom: '录播教室', school: '甲', code: 'ABCD-EFGH' }]));
  expect(announcement(options).split('\n').slice(2)).toEqual([
    'Codes for demo classroom screens, at http://localhost:3000/site:',
    '  ABCD-EFGH  录播教室 甲',
  ]);
});

test('without a demo the link for the first administrator is shown while there is one, and no sign-in', () => {
  writeFileSync(options.demoFile, JSON.stringify([signIn('lin', 'teacher', '甲')]));
  writeFileSync(options.firstAdministratorFile, 'http://localhost:3000/setup/token\n');
  const text = announcement({ ...options, isDemo: false });
  expect(text).toContain('  http://localhost:3000/setup/token');
  expect(text).not.toContain('林老师');
});

test('on the local network both addresses are there to be scanned', () => {
  const text = announcement({ ...options, url: 'https://10.0.0.4:3000', trustUrl: 'http://10.0.0.4:3001/trust' });
  expect(text).toMatch(/^ready https:\/\/10\.0\.0\.4:3000\n/);
  expect(text).toContain('http://10.0.0.4:3001/trust\n');
  expect(text.match(/█▀▀▀▀▀█|█ ▄▄▄ █|▀▀▀▀▀▀▀/g)?.length).toBeGreaterThanOrEqual(2);
});
