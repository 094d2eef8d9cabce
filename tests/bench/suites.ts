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
  player: async () => (await import('./suites/player.ts')).measurePlayer,
  media: async () => (await import('./suites/media.ts')).measureMedia,
  playable: async () => (await import('./suites/playable.ts')).measurePlayable,
  pipes: async () => (await import('./suites/pipes.ts')).measurePipes,
  fanout: async () => (await import('./suites/fanout.ts')).measureFanout,
  storm: async () => (await import('./suites/storm.ts')).measureStorm,
  memory: async () => (await import('./suites/memory.ts')).measureMemory,
} as const satisfies Record<string, () => Promise<Suite>>;

export type SuiteName = keyof typeof suites;

export const suiteNames = Object.keys(suites) as readonly SuiteName[];

/** Suites that belong together, under one name. */
const groups: Readonly<Record<string, readonly SuiteName[]>> = {
  recording: ['capture', 'mux', 'produce', 'playable', 'player', 'media'],
  room: ['storm', 'memory', 'pipes', 'fanout'],
};

export const groupNames = Object.keys(groups);

/** The suites of a name: of one suite, or of a group; undefined when there is neither. */
export function suitesNamed(name: string): readonly SuiteName[] | undefined {
  return isSuiteName(name) ? [name] : groups[name];
}

export function isSuiteName(name: string | undefined): name is SuiteName {
  return suiteNames.some((known) => known === name);
}
