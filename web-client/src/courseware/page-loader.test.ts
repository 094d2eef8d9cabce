import { describe, expect, it } from 'vitest';
import { PageLoader } from './page-loader.ts';

function line() {
  const begun: string[] = [];
  const aborted: string[] = [];
  const ends = new Map<string, { readonly arrive: () => void; readonly fail: () => void }>();
  const loader = new PageLoader((url) => {
    begun.push(url);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (): void => reject(new Error(`${url} did not arrive`));
    ends.set(url, { arrive: resolve, fail });
    return { done: promise, abort: () => aborted.push(url) };
  });
  return {
    loader,
    begun,
    aborted,
    arrive: (url: string) => ends.get(url)?.arrive(),
    fail: (url: string) => ends.get(url)?.fail(),
  };
}

describe('the pictures of pages', () => {
  it('give up the one loaded ahead when the teacher turns to another page', async () => {
    const { loader, begun, aborted, arrive } = line();
    const first = loader.show('1');
    arrive('1');
    await first;
    loader.prefetch('2');
    const fifth = loader.show('5');
    expect([begun, aborted]).toEqual([['1', '2', '5'], ['2']]);
    arrive('5');
    await fifth;
  });

  it('go on with the one loaded ahead when the teacher turns to it, instead of beginning anew', async () => {
    const { loader, begun, aborted, arrive } = line();
    loader.prefetch('2');
    const second = loader.show('2');
    arrive('2');
    await second;
    expect([begun, aborted]).toEqual([['2'], []]);
  });

  it('give up the page of before that has not arrived, and begin it anew when it is turned back to', async () => {
    const { loader, begun, aborted, arrive } = line();
    void loader.show('1');
    void loader.show('2');
    const first = loader.show('1');
    arrive('1');
    await first;
    expect([begun, aborted]).toEqual([
      ['1', '2', '1'],
      ['1', '2'],
    ]);
  });

  it('are given up with the view', () => {
    const { loader, aborted } = line();
    void loader.show('2');
    loader.prefetch('3');
    loader.close();
    expect(aborted).toEqual(['2', '3']);
  });

  it('are asked for again after the line has failed', async () => {
    const { loader, begun, arrive, fail } = line();
    const first = loader.show('1');
    fail('1');
    await expect(first).rejects.toThrow('1 did not arrive');
    const again = loader.show('1');
    arrive('1');
    await again;
    expect(begun).toEqual(['1', '1']);
  });
});
