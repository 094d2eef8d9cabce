import { describe, expect, it } from 'vitest';
import type { MuxResult, ProduceResult } from '../../recorder/contract.ts';
import type { Recording } from '../../storage/ports.ts';
import { WHOLE_EDITION } from '../protocol/edition.ts';
import { RecordingId } from '../protocol/ids.ts';
import { createLog } from '../runtime/log.ts';
import { RecordingFollower, type FollowedQueue, type FollowedRecordings } from './recording-follower.ts';

const recordingId = RecordingId.parse('rec');
const muxed: MuxResult = { recordingId, final: true, durationUs: 9_000_000, index: 'play/rec/index.json' };

class Follower {
  readonly told: string[] = [];
  readonly #listeners = new Map<string, (told: never) => void>();
  readonly #follower: RecordingFollower;

  constructor() {
    const edition = { edition: WHOLE_EDITION, version: 0, isErasing: false };
    const when = { startedAtMs: 0, timeZone: 'Asia/Shanghai' };
    const base = { recordingId, title: '分数', film: null, edition, ...when } as unknown as Recording;
    const tell = async (told: string, change: Partial<Recording> = {}): Promise<Recording> => {
      this.told.push(told);
      return { ...base, ...change };
    };
    const recordings: FollowedRecordings = {
      listUnfinished: async () => [],
      recording: async () => base,
      setProgress: async () => undefined,
      markPlayable: () => tell('playable'),
      markProducing: () => tell('producing'),
      markReady: (_id, film) => tell('ready', { film }),
      markFailed: (_id, failure) => tell(`failed: ${failure}`),
      markProductionCancelled: () => tell('cancelled'),
    };
    const queue: FollowedQueue = {
      on: (name, listener) => {
        this.#listeners.set(name, listener);
        return () => undefined;
      },
      addProduce: async () => void this.told.push('ordered'),
      produceState: async () => ({ state: 'none' }),
    };
    const keepChapters = async ({ film }: Recording): Promise<void> =>
      void this.told.push(`chapters of the ${film === null ? 'views' : 'film'}`);
    this.#follower = new RecordingFollower({ recordings, queue, keepChapters, log: createLog('test', 'silent') });
  }

  report(name: string, told: object): void {
    this.#listeners.get(name)?.(told as never);
  }

  async until(what: string): Promise<readonly string[]> {
    await expect.poll(() => this.told).toContain(what);
    return this.told;
  }

  close(): Promise<void> {
    return this.#follower.close();
  }
}

describe('a recording that is followed', () => {
  it('has its chapters found as soon as it is muxed to its end, and keeps them when composing fails', async () => {
    const follower = new Follower();
    follower.report('muxed', { ...muxed, final: false });
    follower.report('muxed', muxed);
    follower.report('produceFailed', { recordingId, failure: 'stalled' });
    const told = await follower.until('failed: stalled');
    const order = ['playable', 'playable', 'producing', 'ordered', 'chapters of the views', 'failed: stalled'];
    expect(told).toEqual(order);
    await follower.close();
  });

  it('has those of the film in their place once it is there', async () => {
    const follower = new Follower();
    const files = { master: 'm', mp4: 'f', poster: 'p', thumbnails: 't', mp4Bytes: 1, editionVersion: 0 };
    const produced: ProduceResult = { recordingId, attempt: 'a', durationUs: 9_000_000, ...files };
    follower.report('produced', produced);
    expect(await follower.until('chapters of the film')).toEqual(['ready', 'chapters of the film']);
    await follower.close();
  });
});
