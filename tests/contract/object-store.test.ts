import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../signaling/protocol/errors.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { withFileLock } from '../../storage/objects/file-lock.ts';
import type { ObjectStore } from '../../storage/objects/object-store.ts';
import { S3ObjectStore } from '../../storage/objects/s3.ts';
import { startMinio, type MinioService } from '../support/stands/services.ts';
import { SmallDisk } from '../support/stands/small-disk.ts';

const MULTIPART_BYTES = 33 * 1024 * 1024;

const code = (expected: AppError['code']) => expect.objectContaining({ name: 'AppError', code: expected });
const text = async (store: ObjectStore, key: string) => (await store.getBuffer(key)).body.toString();

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const keysOf = async (store: ObjectStore, ...list: Parameters<ObjectStore['list']>) =>
  (await collect(store.list(...list))).map(({ key }) => key);

function pieces(total: number, size = 100_000): Readable {
  const piece = Buffer.alloc(size, 'x');
  let left = total;
  return new Readable({
    read() {
      this.push(left === 0 ? null : piece.subarray(0, Math.min(left, size)));
      left -= Math.min(left, size);
    },
  });
}

let folder: string;
let minio: MinioService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-objects-'));
  minio = await startMinio();
});
afterAll(async () => {
  await minio?.stop();
  await rm(folder, { recursive: true, force: true });
});

const s3Options = () => ({
  endpoint: minio.endpoint,
  publicEndpoint: minio.endpoint,
  region: 'us-east-1',
  bucket: 'tongke-contract',
  accessKeyId: minio.accessKeyId,
  secretAccessKey: minio.secretAccessKey,
});

const adapters: [string, () => Promise<ObjectStore>][] = [
  ['directory', () => DirectoryObjectStore.create(join(folder, 'contract'))],
  ['MinIO', async () => new S3ObjectStore(s3Options())],
];

describe.each(adapters)('object store on %s', (_name, openStore) => {
  let store: ObjectStore;
  beforeAll(async () => {
    store = await openStore();
  });
  afterAll(() => store?.close());

  it('lists, stats and deletes before anything was ever written', async () => {
    expect(await keysOf(store, '')).toEqual([]);
    expect(await store.stat('none/at-all')).toBeUndefined();
    await store.delete('none/at-all');
    expect(await store.deletePrefix('none/')).toBe(0);
  });

  it('put() stores bytes that get(), getBuffer() and stat() give back with one ETag', async () => {
    const body = randomBytes(100_000);
    const { etag } = await store.put('a/one.bin', body);
    const content = await store.get('a/one.bin');
    expect(await buffer(content.stream)).toEqual(body);
    expect(content).toMatchObject({ bytes: body.length, totalBytes: body.length, etag });
    expect(await store.getBuffer('a/one.bin')).toMatchObject({ body, etag });
    const facts = await store.stat('a/one.bin');
    expect(facts).toMatchObject({ bytes: body.length, etag });
    expect(Math.abs((facts?.modifiedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('put() replaces an object and its ETag, also by one of the same length', async () => {
    const first = await store.put('a/two.txt', Buffer.from('one'));
    const second = await store.put('a/two.txt', Buffer.from('two'));
    expect(second.etag).not.toBe(first.etag);
    expect(await text(store, 'a/two.txt')).toBe('two');
  });

  it('stores an empty object', async () => {
    await store.put('a/empty', Buffer.alloc(0));
    await store.put('a/empty-stream', Readable.from([]));
    expect((await store.getBuffer('a/empty')).body.length).toBe(0);
    expect(await store.stat('a/empty-stream')).toMatchObject({ bytes: 0 });
  });

  it('stores a stream of several parts', async () => {
    const { etag } = await store.put('big/one.mp4', pieces(MULTIPART_BYTES), { bytes: MULTIPART_BYTES });
    expect(await store.stat('big/one.mp4')).toMatchObject({ bytes: MULTIPART_BYTES, etag, contentType: 'video/mp4' });
    const tail = await store.get('big/one.mp4', { range: { start: MULTIPART_BYTES - 5 } });
    expect((await buffer(tail.stream)).toString()).toBe('xxxxx');
    await expect(store.put('big/one.mp4', pieces(MULTIPART_BYTES), { ifNoneMatch: '*' })).rejects.toEqual(
      code('conflict'),
    );
    await store.put('big/one.mp4', pieces(MULTIPART_BYTES), { ifMatch: etag });
  });

  it('writes nothing when a stream fails or has another length than announced', async () => {
    await store.put('a/kept', Buffer.from('kept'));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('begin');
        throw new Error('source broke');
      })(),
    );
    await expect(store.put('a/kept', failing)).rejects.toThrow();
    await expect(store.put('a/kept', pieces(10), { bytes: 11 })).rejects.toEqual(code('invalidInput'));
    await expect(store.put('a/kept', pieces(12), { bytes: 11 })).rejects.toEqual(code('invalidInput'));
    await expect(store.put('a/kept', pieces(MULTIPART_BYTES), { bytes: MULTIPART_BYTES + 1 })).rejects.toEqual(
      code('invalidInput'),
    );
    expect(await text(store, 'a/kept')).toBe('kept');
  });

  it('gives ranges with both ends inclusive, cut to the object', async () => {
    await store.put('a/range', Buffer.from('0123456789'));
    const range = async (start: number, end?: number) => {
      const content = await store.get('a/range', { range: end === undefined ? { start } : { start, end } });
      return { text: (await buffer(content.stream)).toString(), bytes: content.bytes, total: content.totalBytes };
    };
    expect(await range(2, 4)).toEqual({ text: '234', bytes: 3, total: 10 });
    expect(await range(9, 9)).toEqual({ text: '9', bytes: 1, total: 10 });
    expect(await range(7)).toEqual({ text: '789', bytes: 3, total: 10 });
    expect(await range(8, 99)).toEqual({ text: '89', bytes: 2, total: 10 });
    await expect(store.get('a/range', { range: { start: 10 } })).rejects.toEqual(code('invalidInput'));
  });

  it('keeps the content type, by extension unless told otherwise', async () => {
    await store.put('t/a.m3u8', Buffer.from('x'));
    await store.put('t/b.mp4', Buffer.from('x'), { contentType: 'audio/mp4' });
    expect((await store.getBuffer('t/a.m3u8')).contentType).toBe('application/vnd.apple.mpegurl');
    expect(await store.stat('t/b.mp4')).toMatchObject({ contentType: 'audio/mp4' });
    await store.put('t/b.mp4', Buffer.from('x'));
    expect(await store.stat('t/b.mp4')).toMatchObject({ contentType: 'video/mp4' });
  });

  it('put() with ifNoneMatch only creates', async () => {
    await store.put('c/new', Buffer.from('first'), { ifNoneMatch: '*' });
    await expect(store.put('c/new', Buffer.from('second'), { ifNoneMatch: '*' })).rejects.toEqual(code('conflict'));
    expect(await text(store, 'c/new')).toBe('first');
  });

  it('put() with ifMatch only replaces the version named', async () => {
    const { etag } = await store.put('c/versioned', Buffer.from('1'));
    const second = await store.put('c/versioned', Buffer.from('2'), { ifMatch: etag });
    await expect(store.put('c/versioned', Buffer.from('3'), { ifMatch: etag })).rejects.toEqual(code('conflict'));
    await store.put('c/versioned', Buffer.from('3'), { ifMatch: second.etag });
    expect(await text(store, 'c/versioned')).toBe('3');
    await expect(store.put('c/never', Buffer.from('1'), { ifMatch: etag })).rejects.toEqual(code('conflict'));
    expect(await store.stat('c/never')).toBeUndefined();
  });

  it('lets exactly one of many concurrent conditional writers win', async () => {
    const { etag } = await store.put('c/contended', Buffer.from('0'));
    const writers = Array.from({ length: 12 }, (_, n) =>
      store.put('c/contended', Buffer.from(`writer ${n}`), { ifMatch: etag }).then(
        () => n,
        (error: unknown) => {
          expect(error).toEqual(code('conflict'));
          return undefined;
        },
      ),
    );
    const winners = (await Promise.all(writers)).filter((n) => n !== undefined);
    expect(winners).toHaveLength(1);
    expect(await text(store, 'c/contended')).toBe(`writer ${winners[0]}`);
  });

  it('lists in order of key bytes, by prefix, after a key, up to a limit', async () => {
    const keys = ['l/a', 'l/a-b/x', 'l/a0', 'l/b/c/d', 'l/b/c0', 'l/b0', 'l/B', 'l2/z'];
    for (const key of keys) await store.put(key, Buffer.from(key));
    await store.put('l/b/c/e', Buffer.from('x'));
    const sorted = ['l/B', 'l/a', 'l/a-b/x', 'l/a0', 'l/b/c/d', 'l/b/c/e', 'l/b/c0', 'l/b0'];
    expect(await keysOf(store, 'l/')).toEqual(sorted);
    expect(await keysOf(store, 'l/b/')).toEqual(['l/b/c/d', 'l/b/c/e', 'l/b/c0']);
    expect(await keysOf(store, 'l/a')).toEqual(['l/a', 'l/a-b/x', 'l/a0']);
    expect(await keysOf(store, 'l/', { after: 'l/b/c/d' })).toEqual(['l/b/c/e', 'l/b/c0', 'l/b0']);
    expect(await keysOf(store, 'l/', { after: 'l/a', limit: 2 })).toEqual(['l/a-b/x', 'l/a0']);
    expect(await keysOf(store, 'l')).toEqual([...sorted, 'l2/z']);
    const [first] = await collect(store.list('l/a', { limit: 1 }));
    expect(first).toMatchObject({ bytes: 3, etag: (await store.stat('l/a'))?.etag });
  });

  it('delete() and deletePrefix() remove objects and can be repeated', async () => {
    for (const key of ['d/x/1', 'd/x/2', 'd/xy/3']) await store.put(key, Buffer.from('x'));
    expect(await store.deletePrefix('d/x/')).toBe(2);
    expect(await store.deletePrefix('d/x/')).toBe(0);
    expect(await keysOf(store, 'd/')).toEqual(['d/xy/3']);
    await store.delete('d/xy/3');
    await store.delete('d/xy/3');
    await expect(store.get('d/xy/3')).rejects.toEqual(code('notFound'));
    await expect(store.getBuffer('d/xy/3')).rejects.toEqual(code('notFound'));
  });

  it('refuses keys that could leave the store or mean different things', async () => {
    const bad = [
      '',
      '/',
      '/etc/passwd',
      '../x',
      'a/../b',
      'a/./b',
      'a//b',
      'a/',
      '.hidden',
      'a/.b',
      'a\\b',
      'a\0b',
      'a b',
      '课',
    ];
    for (const key of [...bad, 'x'.repeat(600)]) {
      await expect(store.put(key, Buffer.from('x')), key).rejects.toEqual(code('invalidInput'));
      await expect(store.get(key), key).rejects.toEqual(code('invalidInput'));
      await expect(store.stat(key), key).rejects.toEqual(code('invalidInput'));
      await expect(store.delete(key), key).rejects.toEqual(code('invalidInput'));
    }
    for (const prefix of ['../', '/', 'a/../', '.tongke/', 'a']) {
      await expect(store.deletePrefix(prefix), prefix).rejects.toEqual(code('invalidInput'));
    }
    await expect(keysOf(store, '../')).rejects.toEqual(code('invalidInput'));
  });
});

describe('object store on MinIO alone', () => {
  it('signGet() gives a URL that serves the object under its Chinese name until it is tampered with', async () => {
    const store = new S3ObjectStore(s3Options());
    await store.put('signed/film.mp4', Buffer.from('film'));
    const url = (await store.signGet('signed/film.mp4', 60, '三年级 语文.mp4')) ?? '';
    const answer = await fetch(url);
    expect(await answer.text()).toBe('film');
    expect(decodeURIComponent(answer.headers.get('content-disposition') ?? '')).toContain('三年级 语文.mp4');
    expect((await fetch(url.replace('film.mp4', 'other.mp4'))).status).toBe(403);
    await store.close();
  });

  it('signGet() gives nothing when browsers cannot reach the store', async () => {
    const { publicEndpoint: _, ...options } = s3Options();
    const store = new S3ObjectStore(options);
    expect(await store.signGet('signed/film.mp4', 60)).toBeUndefined();
    await store.close();
  });

  it('answers unavailable while the store is away and works again when it is back', async () => {
    const store = new S3ObjectStore(s3Options());
    await store.put('away/one', Buffer.from('kept'));
    await minio.kill();
    await expect(store.put('away/two', Buffer.from('x'))).rejects.toEqual(code('unavailable'));
    await expect(store.stat('away/one')).rejects.toEqual(code('unavailable'));
    await minio.up();
    expect(await text(store, 'away/one')).toBe('kept');
    await store.close();
  });
});

describe('object store on a directory alone', () => {
  it('signGet() gives nothing: the media route serves it', async () => {
    const store = await DirectoryObjectStore.create(join(folder, 'unsigned'));
    expect(await store.signGet('a/b')).toBeUndefined();
  });

  it('loses no update of several processes, and goes on when the holder of a lock was killed', async () => {
    const root = join(folder, 'contended');
    const store = await DirectoryObjectStore.create(root);
    await store.put('counter', Buffer.from('0'));
    const script = join(folder, 'increment.ts');
    await writeFile(script, incrementScript(root));
    const children = Array.from({ length: 3 }, () => fork(script, [], { execArgv: [] }));
    const exits = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(exits).toEqual([0, 0, 0]);
    expect(await text(store, 'counter')).toBe('60');

    const holder = fork(await holdLockScript(root), [], { execArgv: [] });
    await once(holder, 'message');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await store.put('held', Buffer.from('after'));
    expect(await text(store, 'held')).toBe('after');
    expect(await readdir(join(root, '.tongke', 'locks'))).toEqual([]);
    expect(await readdir(join(root, '.tongke', 'temp'))).toEqual([]);
  });

  it('lets one at a time do what is locked, also when several come in the same instant', async () => {
    const lock = join(folder, 'one-at-a-time');
    let [inside, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await sleep(5);
      inside -= 1;
      done += 1;
    };
    await Promise.all(Array.from({ length: 6 }, () => withFileLock(lock, work)));
    expect({ most, done }).toEqual({ most: 1, done: 6 });
  });

  it('takes no lock of a living process that names no thread, as older versions wrote it', async () => {
    const lock = join(folder, 'older');
    const stat = await readFile(`/proc/${process.ppid}/stat`, 'utf8');
    const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    await writeFile(lock, `${process.ppid} ${startTicks}`);
    const taking = withFileLock(lock, async () => 'taken');
    await expect(Promise.race([taking, sleep(300, 'waits')])).resolves.toBe('waits');
    await rm(lock);
    await expect(taking).resolves.toBe('taken');
  });

  it('removes what a killed process was about to store a day ago, and nothing that is being written', async () => {
    const root = join(folder, 'abandoned');
    await DirectoryObjectStore.create(root);
    const temporary = (name: string): string => join(root, '.tongke', 'temp', name);
    for (const name of ['old', 'new']) await writeFile(temporary(name), name);
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    await utimes(temporary('old'), yesterday, yesterday);
    await DirectoryObjectStore.create(root);
    expect(await readdir(dirname(temporary('new')))).toEqual(['new']);
  });

  it('goes on when a disk that had been taken away in the middle of the work comes back, for everybody', async () => {
    const disk = await SmallDisk.mount(4);
    onTestFinished(() => disk.unmount());
    const root = join(disk.folder, 'objects');
    const store = await DirectoryObjectStore.create(root);
    const lock = join(root, '.tongke', 'locks', createHash('sha256').update('key').digest('hex').slice(0, 40));
    await withFileLock(lock, () => disk.refuseWrites());
    await expect(store.put('key', Buffer.from('refused'))).rejects.toBeInstanceOf(AppError);
    expect(await readdir(dirname(lock))).toHaveLength(1);
    await disk.takeWrites();
    await store.put('key', Buffer.from('own'));
    expect(await text(store, 'key')).toBe('own');

    await withFileLock(lock, () => disk.refuseWrites());
    await disk.takeWrites();
    await expect.poll(() => readdir(dirname(lock)), { timeout: 10_000 }).toEqual([]);
  });

  const incrementScript = (root: string) => `
    import { DirectoryObjectStore } from ${JSON.stringify(new URL('../../storage/objects/directory.ts', import.meta.url).href)};
    const store = await DirectoryObjectStore.create(${JSON.stringify(root)});
    for (let done = 0; done < 20; ) {
      const { body, etag } = await store.getBuffer('counter');
      const next = Buffer.from(String(Number(body.toString()) + 1));
      const isWon = await store.put('counter', next, { ifMatch: etag }).then(() => true, (error) => {
        if (error.code !== 'conflict') throw error;
        return false;
      });
      if (isWon) done += 1;
    }`;

  /** Holds the lock of the key \`held\` for ever; its name is what the store makes of that key. */
  const holdLockScript = async (root: string) => {
    await mkdir(join(root, '.tongke', 'locks'), { recursive: true });
    const script = join(folder, 'hold.ts');
    await writeFile(
      script,
      `
      import { createHash } from 'node:crypto';
      import { withFileLock } from ${JSON.stringify(new URL('../../storage/objects/file-lock.ts', import.meta.url).href)};
      const name = createHash('sha256').update('held').digest('hex').slice(0, 40);
      setInterval(() => undefined, 1000);
      await withFileLock(${JSON.stringify(join(root, '.tongke', 'locks'))} + '/' + name, async () => {
        process.send('held');
        await new Promise(() => undefined);
      });`,
    );
    return script;
  };
});
