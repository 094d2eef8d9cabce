import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commaList, EnvError, parseEnv } from './env.ts';
import { InnerConfig } from './inner-config.ts';

describe('parseEnv()', () => {
  it('reports all problems together and shows no value', () => {
    let caught: unknown;
    try {
      parseEnv(InnerConfig, { TONGKE_INNER_SECRET: 'tiny', INNER_PORT: '99999', LOG_LEVEL: 'loud' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(EnvError);
    const { problems, message } = caught as EnvError;
    expect(problems.map((problem) => problem.split(/[ :]/, 1)[0] ?? '').toSorted()).toEqual([
      'INNER_PORT',
      'LOG_LEVEL',
      'REDIS_URL',
      'TONGKE_INNER_SECRET',
    ]);
    expect(problems).toContain('REDIS_URL is not set');
    expect(message).not.toContain('tiny');
  });

  it('takes an empty variable for an unset one', () => {
    const config = parseEnv(z.object({ HOST: z.string().default('::1') }), { HOST: '' });
    expect(config.HOST).toBe('::1');
  });

  it('freezes the result all the way down', () => {
    const config = parseEnv(z.object({ LIST: commaList }), { LIST: ' a, b,,' });
    expect(config.LIST).toEqual(['a', 'b']);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.LIST)).toBe(true);
  });
});
