import type { BenchStage } from './bench-stage.ts';
import type { Figure } from './figure.ts';

export type Suite = (stage: BenchStage) => Promise<Figure[]>;

/** Each suite is loaded by its own process, which nothing of the others has warmed or filled. */
export const suites = {
  page: async () => (await import('./suites/page.ts')).measurePage,
  mux: async () => (await import('./suites/mux.ts')).measureMux,
  join: async () => (await import('./suites/join.ts')).measureJoin,
  capture: async () => (await import('./suites/capture.ts')).measureCapture,
  sfu: async () => (await import('./suites/sfu.ts')).measureSfu,
  produce: async () => (await import('./suites/produce.ts')).measureProduce,
  playable: async () => (await import('./suites/playable.ts')).measurePlayable,
  storm: async () => (await import('./suites/storm.ts')).measureStorm,
  memory: async () => (await import('./suites/memory.ts')).measureMemory,
} as const satisfies Record<string, () => Promise<Suite>>;

export type SuiteName = keyof typeof suites;

export const suiteNames = Object.keys(suites) as readonly SuiteName[];

export function isSuiteName(name: string | undefined): name is SuiteName {
  return suiteNames.some((known) => known === name);
}
