import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { terminalLine } from './log-line.ts';
import { RotatingLog } from './rotating-log.ts';
import { loadSecrets } from './secrets.ts';

describe('the configuration', () => {
  test('without anything set is the embedded demo on port 3000', () => {
    const config = readConfig({ DATABASE_URL: '' }, []);
    expect(config).toMatchObject({ port: 3000, isDemo: true, isOnLan: false, hasOwnDatabase: true });
    expect(config.dataFolder).toBe(join(process.cwd(), 'data'));
  });

  test('with a database of its own is no demo unless asked', () => {
    const DATABASE_URL = 'postgres://localhost/tongke';
    expect(readConfig({ DATABASE_URL }, []).isDemo).toBe(false);
    expect(readConfig({ DATABASE_URL, DEMO: '1' }, []).isDemo).toBe(true);
    expect(readConfig({ DEMO: '0' }, ['--lan'])).toMatchObject({ isDemo: false, isOnLan: true });
  });

  test('may move media to other ports only where nobody counts on the usual ones', () => {
    expect(readConfig({ SFU_WORKERS: '3' }, [])).toMatchObject({
      mediaPorts: { first: 44_000, count: 3 },
      areMediaPortsFixed: false,
    });
    expect(readConfig({ RTC_PORT: '50000' }, [])).toMatchObject({
      mediaPorts: { first: 50_000 },
      areMediaPortsFixed: true,
    });
    expect(readConfig({ RTC_ANNOUNCED_PORT: '50000' }, []).areMediaPortsFixed).toBe(true);
  });

  test('names every problem at once', () => {
    expect(() => readConfig({ PORT: '99999', PUBLIC_URL: 'tongke' }, [])).toThrow(/PORT.*\n.*PUBLIC_URL/);
    expect(() => readConfig({ TLS_CERT: 'a.pem' }, ['--wan'])).toThrow(/--wan.*\n.*TLS_KEY/);
  });
});

describe('the secrets', () => {
  test('are made once, kept, and readable by their owner alone; a spoilt file is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tongke-secrets-'));
    const file = join(folder, 'secrets.json');
    const first = loadSecrets(file);
    expect(loadSecrets(file)).toEqual(first);
    expect(new Set(Object.values(first)).size).toBe(4);
    expect(statSync(file).mode & 0o077).toBe(0);
    writeFileSync(file, '{"session":');
    expect(() => loadSecrets(file)).toThrow();
    rmSync(folder, { recursive: true });
  });
});

describe('the terminal', () => {
  test('shows warnings and errors on one line, and text that is not a log line as it is', () => {
    const error = JSON.stringify({ level: 50, time: '2026-01-01', msg: 'failed', err: { message: 'no disk' }, n: 3 });
    expect(terminalLine('sfu', error)).toBe('[sfu] error: failed err=no disk n=3');
    expect(terminalLine('sfu', JSON.stringify({ level: 30, msg: 'started' }))).toBeUndefined();
    expect(terminalLine('sfu', 'SyntaxError: x')).toBe('[sfu] SyntaxError: x');
    expect(terminalLine('sfu', '{ broken')).toBe('[sfu] { broken');
  });
});

describe('a log', () => {
  test('moves aside when it is full and keeps four older files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tongke-log-'));
    const log = RotatingLog.open(folder, 'sfu', 10);
    for (let n = 0; n < 14; n += 1) log.write(`line-${n}`);
    log.close();
    log.close();
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(read('sfu.log')).toBe('line-12\nline-13\n');
    expect(read('sfu.4.log')).toBe('line-4\nline-5\n');
    expect(() => read('sfu.5.log')).toThrow('ENOENT');
    rmSync(folder, { recursive: true });
  });
});
