import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { InnerConfig } from '../../signaling/runtime/inner-config.ts';
import { captionFields } from '../captions/config.ts';
import { checkObjectStoreConfig, objectStoreFields } from '../../storage/config.ts';

const MAX_CUTS_BY_DEFAULT = 4;

const positive = z.coerce.number().int().positive();

export const ProduceConfig = z
  .object({
    ...InnerConfig.shape,
    ...objectStoreFields,
    ...captionFields,
    SFU_REGION: z.string().default('local'),
    /** Lessons composed at the same time. */
    PRODUCE_CONCURRENCY: positive.max(16).default(1),
    /** Cuts of one lesson composed at the same time, two encoder threads each. */
    PRODUCE_PARALLEL_CUTS: positive.max(32).default(() => Math.min(availableParallelism(), MAX_CUTS_BY_DEFAULT)),
    /** How far encoding stands back behind everything else of the machine. */
    PRODUCE_NICENESS: z.coerce.number().int().min(10).max(19).default(15),
    /** After so long without a sign of life of its owner a production is taken over by another process. */
    PRODUCE_LOCK_MS: positive.min(1_000).default(60_000),
    /** The same for a step of the muxer, for which somebody may be waiting. */
    MUX_LOCK_MS: positive.min(1_000).default(15_000),
    /** Whether production is frozen while live lessons need this machine. */
    PRODUCE_YIELDS: z.stringbool().default(true),
  })
  .superRefine((config, context) => checkObjectStoreConfig(config, context));
export type ProduceConfig = Readonly<z.infer<typeof ProduceConfig>>;
