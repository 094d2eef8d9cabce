import * as z from 'zod';
import { InnerConfig } from '../../signaling/runtime/inner-config.ts';
import { checkObjectStoreConfig, objectStoreFields } from '../../storage/config.ts';

const GIB = 1024 ** 3;

export const CaptureConfig = z
  .object({
    ...InnerConfig.shape,
    ...objectStoreFields,
    SFU_REGION: z.string().default('local'),
    /** IPv4 address of this machine that sfu nodes send to; by default the one on the way to each of them, loopback on one machine. */
    CAPTURE_RTP_ADDRESS: z.ipv4().optional(),
    /** Below so much free disk teachers are warned. */
    CAPTURE_DISK_LOW_BYTES: z.coerce
      .number()
      .int()
      .nonnegative()
      .default(4 * GIB),
    /** Below so much free disk recording stops before anything is damaged. */
    CAPTURE_DISK_FULL_BYTES: z.coerce.number().int().nonnegative().default(GIB),
  })
  .superRefine((config, context) => {
    checkObjectStoreConfig(config, context);
    if (config.CAPTURE_DISK_FULL_BYTES > config.CAPTURE_DISK_LOW_BYTES) {
      context.addIssue({
        code: 'custom',
        path: ['CAPTURE_DISK_FULL_BYTES'],
        message: 'is above CAPTURE_DISK_LOW_BYTES',
      });
    }
  });
export type CaptureConfig = Readonly<z.infer<typeof CaptureConfig>>;
