import { afterAll, beforeAll, describe, it } from 'vitest';
import type { StoreKind } from '../support/stands/faulty-store.ts';
import { plan } from './plan.ts';
import { nearlyFull, refusedWrites } from './recording/full-disk.ts';
import { openStage, type Stage } from './recording/stage.ts';
import { storeAway } from './recording/store-away.ts';
import { movedCapture, twoByMistake } from './recording/two-captures.ts';

/** The ordinary suite tries each fault on one kind of store, full chaos on both. */
const some = <T>(cases: readonly T[], count: number): readonly T[] => (plan.isFull ? cases : cases.slice(0, count));
const AWAY: readonly (readonly [StoreKind, 'before' | 'while'])[] = [
  ['MinIO', 'before'],
  ['directory', 'while'],
  ['MinIO', 'while'],
  ['directory', 'before'],
];
const AWAY_TIMEOUT_MS = 120_000 + 2 * plan.storeAwayMs;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

// Most of their time they wait, so they wait together.
describe.concurrent('an object store that is away', () => {
  it.for(some(AWAY, 2))(
    '(%s, %s the recording runs) costs nothing: it waits on disk, is stored later, and plays',
    { timeout: AWAY_TIMEOUT_MS },
    ([kind, since], { onTestFinished }) => storeAway(stage, kind, since, onTestFinished),
  );
});

describe.concurrent('a disk that fills up', () => {
  it.for(some(['same disk', 'MinIO'] as const, 1))(
    'stops the recording with a notice when it refuses a write (objects: %s), keeps what there is, and lets it go on when there is room',
    (kind, { onTestFinished }) => refusedWrites(stage, kind, onTestFinished),
  );

  it.for(['same disk', 'MinIO'] as const)(
    'stops it before anything is refused (objects: %s), after a warning, and lets it end though it stays full',
    (kind, { onTestFinished }) => nearlyFull(stage, kind, onTestFinished),
  );
});

describe.concurrent('two captures of one recording', () => {
  it.for(some(['MinIO', 'directory'] as const, 2))(
    '(%s) on two machines, of which the first dies and comes back later: nothing that it had is lost',
    (kind, { onTestFinished }) => movedCapture(stage, kind, onTestFinished),
  );

  it.for(some(['directory', 'MinIO'] as const, 1))(
    '(%s) by mistake: the older one stops, and everything is there once',
    (kind, { onTestFinished }) => twoByMistake(stage, kind, onTestFinished),
  );
});
