import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { CaptureStand, readManifest, until } from '../../support/stands/capture-stand.ts';
import { faultyStore, type StoreKind } from '../../support/stands/faulty-store.ts';
import { expectPlayable, playedSeconds, storedTimestamps } from '../../support/media/recorded-outcome.ts';
import { plan } from '../plan.ts';
import { endLesson, recordedPair, type After, type Stage } from './stage.ts';

/** Capture ends a chunk every 9 s. */
const CHUNK_MS = 9_000;

/** Away from before the recording begins, or while it runs, until after it has ended. */
export async function storeAway(stage: Stage, kind: StoreKind, since: 'before' | 'while', after: After): Promise<void> {
  const store = await faultyStore(kind);
  after(() => store.close());
  const stand = await CaptureStand.start(stage.sfu.secret, { REDIS_URL: stage.redis.url }, { store });
  after(() => stand.stop());
  const { room, streams, client, begin } = await recordedPair(stage, stand, after);
  if (since === 'before') await store.leave();
  await begin();
  if (since === 'while') await store.leave();

  await sleep(plan.storeAwayMs);
  await until('an upload that fails', async () => (await stand.metric('capture_store_away')) === 1);
  expect(await stand.metric('capture_oldest_unstored_seconds')).toBeGreaterThan(plan.storeAwayMs / 1000 - 1);
  const chunks = 2 * Math.floor(plan.storeAwayMs / CHUNK_MS);
  expect((await stand.localChunks()).length).toBeGreaterThanOrEqual(chunks);
  const stored = new Promise((resolve) => client.notices.on('stored', resolve));
  expect(await endLesson(client, room)).toBe(false);
  await store.comeBack();
  await stored;

  for (const stream of streams) {
    const counts = await storedTimestamps(store.objects, room.recordingId, stream);
    const packets = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(packets).toBe(stream.source.packetsSent);
  }
  expect(await readManifest(store.objects, room.recordingId)).toMatchObject({ state: 'captured', gaps: [] });
  const index = await expectPlayable(store.objects, room.recordingId);
  const lengthS = plan.storeAwayMs / 1000;
  expect(playedSeconds(index.views[0]?.runs.flatMap((run) => run.segments) ?? [])).toBeGreaterThan(lengthS - 1.5);
  expect(playedSeconds(index.sound?.segments ?? [])).toBeGreaterThan(lengthS - 0.5);
  await until('an empty disk', async () => (await stand.localChunks()).length === 0);
}
