import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { commaList } from '../signaling/runtime/env.ts';
import { InnerConfig } from '../signaling/runtime/inner-config.ts';

/** With two workers the death of one leaves another that can take the rooms over at once. */
const MIN_WORKERS = 2;
const MAX_WORKERS_BY_DEFAULT = 4;

export const SfuConfig = z.object({
  ...InnerConfig.shape,
  SFU_REGION: z.string().default('local'),
  SFU_WORKERS: z.coerce
    .number()
    .int()
    .min(MIN_WORKERS)
    .max(64)
    .default(() => Math.max(MIN_WORKERS, Math.min(availableParallelism(), MAX_WORKERS_BY_DEFAULT))),
  /** Worker n listens on `RTC_PORT + n`, UDP and TCP; 0 takes free ports. */
  RTC_PORT: z.coerce.number().int().min(0).max(65_000).default(44_000),
  /** Addresses or host names that browsers reach this node at, comma separated; by default those of this machine. */
  RTC_ANNOUNCED_ADDRESS: commaList.default([]),
  /** The worker program; by default the one that came with the package. */
  MEDIASOUP_WORKER_BIN: z.string().optional(),
});
export type SfuConfig = z.infer<typeof SfuConfig>;
