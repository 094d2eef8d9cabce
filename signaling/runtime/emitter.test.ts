import { describe, expect, it } from 'vitest';
import { Emitter } from './emitter.ts';

describe('Emitter', () => {
  it('goes on after a listener that throws and hands its error over', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<{ counted: [n: number] }>((error, event) => errors.push([event, error]));
    const got: number[] = [];
    const failure = new Error('no');
    emitter.on('counted', () => {
      throw failure;
    });
    emitter.on('counted', (n) => got.push(n));
    emitter.emit('counted', 3);
    expect(got).toEqual([3]);
    expect(errors).toEqual([['counted', failure]]);
  });

  it('calls a once-listener once and an off-listener no more', () => {
    const emitter = new Emitter<{ counted: [n: number] }>(() => undefined);
    const got: string[] = [];
    emitter.once('counted', (n) => got.push(`once ${n}`));
    const off = emitter.on('counted', (n) => got.push(`on ${n}`));
    emitter.emit('counted', 1);
    off();
    emitter.emit('counted', 2);
    expect(got).toEqual(['once 1', 'on 1']);
  });
});
