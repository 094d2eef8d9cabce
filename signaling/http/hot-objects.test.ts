import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { HotObjects } from './hot-objects.ts';

const KIB = 1_024;
let folder: string;
let store: DirectoryObjectStore;
let nowMs = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-hot-'));
  store = await DirectoryObjectStore.create(folder);
  nowMs = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (key: string, bytes: number, fill = 'a') => store.put(key, Buffer.alloc(bytes, fill));
const opened = (maxBytes: number) => new HotObjects(store, maxBytes, () => nowMs);

describe('objects in memory', () => {
  it('are small ones at once, and large ones when they are asked for again', async () => {
    await put('play/r/small', KIB);
    await put('play/r/large', 300 * KIB);
    const hot = opened(KIB * KIB);
    expect((await hot.get('play/r/small'))?.body.length).toBe(KIB);
    expect(hot.peek('play/r/small')?.body.length).toBe(KIB);
    expect(await hot.get('play/r/large')).toBeUndefined();
    expect((await hot.get('play/r/large'))?.body.length).toBe(300 * KIB);
  });

  it('are what the store holds, a second later at the latest', async () => {
    const hot = opened(KIB * KIB);
    await put('play/r/index.json', 10, 'a');
    await hot.get('play/r/index.json');
    await put('play/r/index.json', 10, 'b');
    nowMs += 1_000;
    expect(hot.peek('play/r/index.json')).toBeUndefined();
    expect((await hot.get('play/r/index.json'))?.body.toString()).toBe('bbbbbbbbbb');
    await store.delete('play/r/index.json');
    nowMs += 1_000;
    expect(await hot.get('play/r/index.json')).toBeUndefined();
    expect(hot.peek('play/r/index.json')).toBeUndefined();
  });

  it('never take more than their room, and those used last stay', async () => {
    const hot = opened(100 * KIB);
    for (const name of ['a', 'b', 'c']) await put(`play/r/${name}`, 40 * KIB);
    await hot.get('play/r/a');
    await hot.get('play/r/b');
    await hot.get('play/r/a');
    await hot.get('play/r/c');
    expect(['a', 'b', 'c'].map((name) => hot.peek(`play/r/${name}`) !== undefined)).toEqual([true, false, true]);
    await put('play/r/huge', 200 * KIB);
    await hot.get('play/r/huge');
    expect(await hot.get('play/r/huge')).toBeUndefined();
  });
});
