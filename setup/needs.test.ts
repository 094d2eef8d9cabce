import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasProgram } from './command.mjs';
import { isInstalled } from './dependencies.mjs';
import { isNewEnough } from './go.mjs';
import { benchSteps, chromiumStep } from './needs.mjs';
import { distribution, isSnapStub } from './paths.mjs';
import { printable } from './progress.mjs';
import { hashInputs } from './web-client-build.mjs';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tongke-needs-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: unknown): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('the npm packages', () => {
  const wanted = {
    '': { name: 'tongke' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true, os: ['aix'], cpu: ['ppc64'] },
  };

  test('are there when npm wrote its list with every version that the lock file names', () => {
    write('package-lock.json', { packages: wanted });
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } });
    expect(isInstalled(root)).toBe(true);
  });

  test('are not there when one is missing, has another version, or the installation was interrupted', () => {
    write('package-lock.json', { packages: wanted });
    expect(isInstalled(root)).toBe(false);
    write('node_modules/.package-lock.json', { packages: {} });
    expect(isInstalled(root)).toBe(false);
    write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.1' } } });
    expect(isInstalled(root)).toBe(false);
  });
});

describe('a native package for this platform', () => {
  test('must be there though it is optional: npm under an old Node leaves it out', () => {
    const native = { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch], libc: ['glibc'] };
    write('package-lock.json', { packages: { 'node_modules/native': native } });
    write('node_modules/.package-lock.json', { packages: {} });
    expect(isInstalled(root)).toBe(false);
    write('package-lock.json', { packages: { 'node_modules/native': { ...native, libc: ['musl'] } } });
    expect(isInstalled(root)).toBe(true);
  });
});

describe('the web client', () => {
  test('is built again when a file of it or of the protocol changes, moves or appears, and not for its own output', () => {
    write('web-client/src/main.tsx', 'a');
    write('signaling/protocol/room.ts', 'b');
    const first = hashInputs(root);
    write('web-client/dist/main.js', 'out');
    write('signaling/rooms/room.ts', 'c');
    expect(hashInputs(root)).toBe(first);
    write('signaling/protocol/room.ts', 'B');
    const second = hashInputs(root);
    expect(second).not.toBe(first);
    write('web-client/public/icon.svg', '');
    expect(hashInputs(root)).not.toBe(second);
  });
});

describe('the host', () => {
  test('is told apart by distribution and version', () => {
    expect(distribution('NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n')).toBe('debian12');
    expect(distribution('ID=ubuntu\nVERSION_ID="24.04"\n')).toBe('ubuntu24.04');
    expect(distribution('')).toBe('linux');
  });

  test('has a Go that is new enough from 1.24 on', () => {
    expect(isNewEnough('go version go1.24.1 linux/amd64')).toBe(true);
    expect(isNewEnough('go version go2.0 linux/amd64')).toBe(true);
    expect(isNewEnough('go version go1.19.8 linux/amd64')).toBe(false);
    expect(isNewEnough(undefined)).toBe(false);
  });

  test('has the programs that are on its PATH and no others', () => {
    expect(hasProgram('sh')).toBe(true);
    expect(hasProgram('no-such-program')).toBe(false);
  });
});

test('receivers are built for the benchmark that has them, alone, in its group or with all others', () => {
  const hasReceivers = (...suites: string[]) => benchSteps(suites).some(({ name }) => name === 'receivers');
  expect([hasReceivers(), hasReceivers('room'), hasReceivers('page', 'fanout')]).toEqual([true, true, true]);
  expect(hasReceivers('page', 'recording')).toBe(false);
});

describe('Chromium', () => {
  test('is not there where only the script is that Ubuntu has for its snap', () => {
    const script = join(root, 'chromium-browser');
    write(
      'chromium-browser',
      '#!/bin/sh\n\nif ! [ -x /snap/bin/chromium ]; then\n    exit 1\nfi\nexec /snap/bin/chromium "$@"\n',
    );
    expect(isSnapStub(script)).toBe(true);
    write('chromium', '#!/bin/sh\nexec /usr/lib/chromium/chromium "$@"\n');
    expect(isSnapStub(join(root, 'chromium'))).toBe(false);
    expect(isSnapStub(process.execPath)).toBe(false);
  });

  test('that nobody can install is asked of the person, by name', async () => {
    const step = chromiumStep(() => false);
    await expect(step.run(() => undefined)).rejects.toMatchObject({
      remedy: expect.stringMatching(/google-chrome-stable.*TONGKE_CHROMIUM_BIN/),
    });
  });
});

test('a line of a log is shown without colours and cursor movements', () => {
  expect(printable('\u001B[32mok\u001B[0m\tdone\u0007')).toBe('ok done');
});
