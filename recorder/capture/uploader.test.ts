import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../signaling/protocol/errors.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { Uploader } from './uploader.ts';

const log = createLog('test', 'silent');
/** The uploader's own limit: no upload gets through before all of these have failed. */
const AT_ONCE = 4;

let folder: string;
let store: DirectoryObjectStore;
let uploader: Uploader | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-uploader-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
});
afterEach(async () => {
  uploader?.close();
  await rm(folder, { recursive: true });
});

/** The real store, whose `put` first fails in one of the ways a store does. */
function failing(times: number, how: (put: () => Promise<{ etag: string }>) => Promise<never>): ObjectStore {
  let left = times;
  return new Proxy<ObjectStore>(store, {
    get: (target, name) => {
      const put: ObjectStore['put'] = (...args) => {
        if (left === 0) return target.put(...args);
        left -= 1;
        return how(() => target.put(...args));
      };
      const member: unknown = Reflect.get(target, name, target);
      if (name === 'put') return put;
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** How the upload ended. */
function upload(through: Uploader, key: string, path: string): Promise<'stored' | 'refused'> {
  return new Promise((resolve) => {
    through.add({
      key,
      path,
      contentType: 'application/octet-stream',
      oldestUnixUs: 5,
      onStored: () => resolve('stored'),
      onRefused: () => resolve('refused'),
    });
  });
}

const away = () => Promise.reject(new AppError('unavailable'));

describe('Uploader', () => {
  it('stores all files in the end when the store is away at first', async () => {
    let awayTimes = 0;
    uploader = new Uploader({ store: failing(AT_ONCE, away), log, onAway: () => (awayTimes += 1) });
    const names = Array.from({ length: 9 }, (_, index) => `raw/r/t/${index}`);
    const through = uploader;
    const ended = Promise.all(names.map(async (key, index) => upload(through, key, await fileOf(`${index}`, key))));
    await expect.poll(() => through.isAway).toBe(true);
    expect(through.oldestUnixUs).toBe(5);
    expect(new Set(await ended)).toEqual(new Set(['stored']));
    for (const key of names) expect((await store.getBuffer(key)).body.toString()).toBe(key);
    expect([through.isAway, through.waiting, through.oldestUnixUs, awayTimes]).toEqual([false, 0, undefined, 1]);
  });

  it('takes an object as stored that arrived although the answer was lost', async () => {
    const lostAnswer = async (put: () => Promise<unknown>): Promise<never> => {
      await put();
      throw new AppError('unavailable');
    };
    uploader = new Uploader({ store: failing(1, lostAnswer), log });
    expect(await upload(uploader, 'raw/r/t/0', await fileOf('0', 'content'))).toBe('stored');
  });

  it('never overwrites another object', async () => {
    await store.put('raw/r/t/0', Buffer.from('the truth'));
    uploader = new Uploader({ store, log });
    expect(await upload(uploader, 'raw/r/t/0', await fileOf('0', 'something else'))).toBe('refused');
    expect((await store.getBuffer('raw/r/t/0')).body.toString()).toBe('the truth');
  });

  it('gives up a file that is not there and goes on with the next', async () => {
    uploader = new Uploader({ store, log });
    const missing = upload(uploader, 'raw/r/t/0', join(folder, 'nothing'));
    expect(await missing).toBe('refused');
    expect(await upload(uploader, 'raw/r/t/1', await fileOf('1', 'content'))).toBe('stored');
  });
});
