import type { Redis } from 'ioredis';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import type { ProduceProgress } from '../../contract.ts';
import { progressKey } from '../../jobs/produce-job-names.ts';
import { partsOf, type Part } from '../parts/part-store.ts';
import type { ProductionPlan } from '../plan/plan.ts';

type Stage = ProduceProgress['stage'];

/** Shares of a typical production's time. */
const WEIGHTS: Readonly<Record<Stage, number>> = {
  prepare: 0.01,
  compose: 0.84,
  audio: 0.06,
  join: 0.03,
  pictures: 0.02,
  upload: 0.04,
};
/** Before this share is done nothing sensible can be said about the rest. */
const MIN_MEASURED_SHARE = 0.02;
const KEPT_SECONDS = 7 * 24 * 3_600;
const ROUNDING = 1e-6;

/** Share of the whole production that each part is, by name. */
export function sharesOf(plan: ProductionPlan): ReadonlyMap<string, number> {
  const frames = plan.cuts.reduce((sum, cut) => sum + cut.frames, 0);
  const shareOf = ({ cut }: Part): number =>
    cut === undefined ? WEIGHTS.audio : (WEIGHTS.compose * cut.frames) / frames;
  return new Map(partsOf(plan).map((part) => [part.name, shareOf(part)]));
}

/** What is said of a production whose shares have come so far. Pure. */
export function progressOf(done: ReadonlyMap<string, number>, nowMs: number): ProduceProgress {
  const sum = (pick: (field: string) => boolean): number =>
    Array.from(done).reduce((total, [field, share]) => total + (pick(field) ? share : 0), 0);
  const fraction = Math.min(
    1,
    sum((field) => !field.startsWith(NOTE)),
  );
  const composed = sum((field) => field.startsWith(CUT));
  const stage = STAGES_AFTER_PARTS.findLast((one) => done.has(one));
  return {
    stage: stage ?? (composed >= WEIGHTS.compose - ROUNDING ? 'audio' : 'compose'),
    fraction,
    secondsLeft: secondsLeft(done, fraction, nowMs),
  };
}

const CUT = 'cut:';
const SOUND = 'sound:';
/** Fields that are no shares. */
const NOTE = 'note:';
const STARTED_AT = 'note:startedAtMs';
const STARTED_WITH = 'note:startedWith';
const STAGES_AFTER_PARTS: readonly Stage[] = ['join', 'pictures', 'upload'];

/** By the pace so far of everybody together; what an earlier attempt or edit had left over says nothing about it. */
function secondsLeft(done: ReadonlyMap<string, number>, fraction: number, nowMs: number): number | null {
  const [startedAtMs, startedWith] = [done.get(STARTED_AT), done.get(STARTED_WITH)];
  if (startedAtMs === undefined || startedWith === undefined) return null;
  const share = fraction - startedWith;
  if (share < MIN_MEASURED_SHARE) return null;
  return Math.round(((nowMs - startedAtMs) * (1 - fraction)) / share / 1_000);
}

/**
 * How far one production is, summed up in Redis over everybody who works on it. Each part's share stands for itself, so a part that is done again falls back
 * alone, and nothing has to be counted down when a process dies.
 */
export class FlowProgress {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, recordingId: RecordingId) {
    this.#redis = redis;
    this.#key = progressKey(recordingId);
  }

  /** A plan is made; some of its parts may be there already. */
  async begin(plan: ProductionPlan, missing: readonly Part[]): Promise<ProduceProgress> {
    const shares = sharesOf(plan);
    const missingNames = new Set(missing.map((part) => part.name));
    const there = partsOf(plan).filter((part) => !missingNames.has(part.name));
    const done = new Map([
      ['prepare', WEIGHTS.prepare],
      ...there.map((part) => [fieldOf(part), shares.get(part.name) ?? 0] as const),
    ]);
    const startedWith = Array.from(done.values()).reduce((sum, share) => sum + share, 0);
    done.set(STARTED_AT, Date.now()).set(STARTED_WITH, startedWith);
    const fields = Array.from(done).flatMap(([field, share]) => [field, String(share)]);
    await this.#redis
      .multi()
      .del(this.#key)
      .hset(this.#key, ...fields)
      .expire(this.#key, KEPT_SECONDS)
      .exec();
    return progressOf(done, Date.now());
  }

  part(part: Part, share: number, fraction: number): Promise<ProduceProgress> {
    return this.#set(fieldOf(part), share * fraction);
  }

  stage(stage: 'join' | 'pictures' | 'upload', fraction: number): Promise<ProduceProgress> {
    return this.#set(stage, WEIGHTS[stage] * fraction);
  }

  async #set(field: string, share: number): Promise<ProduceProgress> {
    await this.#redis.hset(this.#key, field, String(share));
    const all = Object.entries(await this.#redis.hgetall(this.#key));
    return progressOf(new Map(all.map(([name, value]) => [name, Number(value)])), Date.now());
  }
}

function fieldOf(part: Part): string {
  return `${part.cut === undefined ? SOUND : CUT}${part.name}`;
}
