/**
 * The clock of receive times: the wall clock as it was when the process started, plus monotonic progress. It never steps, so that the distance of two packets of
 * one process is true whatever happens to the wall clock; clock pairs tie it to other machines.
 */
export interface ReceiveClock {
  nowUnixNs(): bigint;
  /** Microseconds fit a double until the year 2255. */
  nowUnixUs(): number;
  monotonicNs(): bigint;
}

export function createReceiveClock(): ReceiveClock {
  const wallUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  const anchorNs = BigInt(wallUs) * 1000n - process.hrtime.bigint();
  const nowUnixNs = (): bigint => anchorNs + process.hrtime.bigint();
  return {
    nowUnixNs,
    nowUnixUs: () => Number(nowUnixNs() / 1000n),
    monotonicNs: () => process.hrtime.bigint(),
  };
}
