import { describe, expect, it } from 'vitest';
import { EnvError, parseEnv } from '../signaling/runtime/env.ts';
import { SfuConfig } from './config.ts';

const needed = { TONGKE_INNER_SECRET: 'a-secret-of-16-or-more', REDIS_URL: 'redis://127.0.0.1/0' };

describe('SfuConfig', () => {
  it('has two workers at least, so that the death of one leaves another', () => {
    expect(parseEnv(SfuConfig, needed).SFU_WORKERS).toBeGreaterThanOrEqual(2);
    expect(() => parseEnv(SfuConfig, { ...needed, SFU_WORKERS: '1' })).toThrow(EnvError);
  });

  it('takes announced addresses as a comma list', () => {
    const config = parseEnv(SfuConfig, { ...needed, RTC_ANNOUNCED_ADDRESS: '192.168.1.9, media.example.cn' });
    expect(config.RTC_ANNOUNCED_ADDRESS).toEqual(['192.168.1.9', 'media.example.cn']);
    expect(config.RTC_PORT).toBe(44_000);
  });

  it('takes the ports of pipes as a range that goes upwards', () => {
    expect(parseEnv(SfuConfig, { ...needed, SFU_PIPE_PORTS: '45000-45099' }).SFU_PIPE_PORTS).toEqual([45_000, 45_099]);
    for (const range of ['45099-45000', '45000', '65000-66000']) {
      expect(() => parseEnv(SfuConfig, { ...needed, SFU_PIPE_PORTS: range })).toThrow(EnvError);
    }
  });

  it('refuses announced ports that would have no row of their own to be mapped to', () => {
    const mapped = { ...needed, RTC_ANNOUNCED_PORT: '50000' };
    expect(parseEnv(SfuConfig, mapped).RTC_ANNOUNCED_PORT).toBe(50_000);
    expect(() => parseEnv(SfuConfig, { ...mapped, RTC_PORT: '0' })).toThrow(EnvError);
  });
});
