import { describe, expect, it } from 'vitest';
import { browserKind } from './browser-kind.ts';

const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 12; M2102) AppleWebKit/537.36 (KHTML, like Gecko)';

describe('the kind of browser', () => {
  it.each([
    ['wechat', `${ANDROID} Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50`, 5],
    ['android', `${ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36`, 5],
    ['ios', 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1', 5],
    ['ios', `${MAC} Version/17.5 Safari/605.1.15`, 5],
    ['safari', `${MAC} Version/17.5 Safari/605.1.15`, 0],
    ['firefox', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0', 0],
    [
      'chromium',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36 Edg/130.0',
      0,
    ],
  ] as const)('%s', (kind, agent, touchPoints) => expect(browserKind(agent, touchPoints)).toBe(kind));
});
