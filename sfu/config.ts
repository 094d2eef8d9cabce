import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { commaList } from '../signaling/runtime/env.ts';
import { InnerConfig } from '../signaling/runtime/inner-config.ts';

/** With two workers the death of one leaves another that can take the rooms over at once. */
const MIN_WORKERS = 2;
const MAX_WORKERS_BY_DEFAULT = 4;

/** What decides on the ports of media, before there are any defaults for them. */
export const mediaPortFields = {
  RTC_PORT: z.coerce.number().int().min(0).max(65_000),
  SFU_WORKERS: z.coerce
    .number()
    .int()
    .min(MIN_WORKERS)
    .max(64)
    .default(() => Math.max(MIN_WORKERS, Math.min(availableParallelism(), MAX_WORKERS_BY_DEFAULT))),
};
export const DEFAULT_RTC_PORT = 44_000;

const fields = z.object({
  ...InnerConfig.shape,
  SFU_REGION: z.string().default('local'),
  SFU_WORKERS: mediaPortFields.SFU_WORKERS,
  /** Worker n listens on `RTC_PORT + n`, UDP and TCP; 0 takes free ports. */
  RTC_PORT: mediaPortFields.RTC_PORT.default(DEFAULT_RTC_PORT),
  /** Addresses or host names that browsers reach this node at, comma separated; by default those of this machine. */
  RTC_ANNOUNCED_ADDRESS: commaList.default([]),
  /** The port that browsers reach worker 0 at, worker n at n more, where a router maps it to `RTC_PORT`. */
  RTC_ANNOUNCED_PORT: z.coerce.number().int().min(1).max(65_000).optional(),
  /** Where sfu nodes in other regions reach this one, IPv4; by default the first of `RTC_ANNOUNCED_ADDRESS`, else this machine's. */
  SFU_PIPE_ADDRESS: z.ipv4().optional(),
  /** UDP ports for them, one per room and region, e.g. `45000-45999`; any free ones without it. */
  SFU_PIPE_PORTS: z
    .string()
    .regex(/^\d{4,5}-\d{4,5}$/)
    .transform((range): readonly [number, number] => [Number(range.split('-')[0]), Number(range.split('-')[1])])
    .refine(([first, last]) => first <= last && last <= 65_535)
    .optional(),
  /** The worker program; by default the one that came with the package. */
  MEDIASOUP_WORKER_BIN: z.string().optional(),
});

export const SfuConfig = fields.superRefine((config, context) => {
  if (config.RTC_ANNOUNCED_PORT === undefined || config.RTC_PORT !== 0) return;
  context.addIssue({ code: 'custom', path: ['RTC_ANNOUNCED_PORT'], message: 'needs an RTC_PORT that is not 0' });
});
export type SfuConfig = z.infer<typeof SfuConfig>;
