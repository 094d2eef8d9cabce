/** Browsers whose steps to give back a camera differ. */
export type BrowserKind = 'wechat' | 'ios' | 'android' | 'safari' | 'firefox' | 'chromium';

const BY_AGENT: readonly (readonly [RegExp, BrowserKind])[] = [
  [/MicroMessenger/i, 'wechat'],
  [/iPhone|iPad|iPod/, 'ios'],
  [/Android/, 'android'],
  [/Firefox\//, 'firefox'],
  [/Chrome\/|Chromium\//, 'chromium'],
  [/Safari\//, 'safari'],
];

/** An iPad calls itself a Macintosh; only its touches tell. */
export function browserKind(agent = navigator.userAgent, touchPoints = navigator.maxTouchPoints): BrowserKind {
  const kind = BY_AGENT.find(([pattern]) => pattern.test(agent))?.[1] ?? 'chromium';
  return kind === 'safari' && touchPoints > 1 ? 'ios' : kind;
}
