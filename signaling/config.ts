import * as z from 'zod';
import { checkObjectStoreConfig, databaseFields, objectStoreFields } from '../storage/config.ts';
import { commaList, flag } from './runtime/env.ts';
import { InnerConfig } from './runtime/inner-config.ts';

const port = z.coerce.number().int().min(1).max(65_535);

/** Environment of the signaling process; README has the table for people. */
export const SignalingConfig = InnerConfig.extend({
  ...databaseFields,
  ...objectStoreFields,
  PORT: port.default(3000),
  /** Address to listen on; all by default, since classrooms and phones come from elsewhere. */
  HOST: z.string().optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  /** Express's `trust proxy`: whose `X-Forwarded-…` is believed. */
  TRUST_PROXY: z.string().default('loopback'),
  /** Where a proxy in front serves the object store's folder by itself when we tell it to (`X-Accel-Redirect`), e.g. `/_objects`. */
  MEDIA_ACCEL_PREFIX: z
    .string()
    .regex(/^\/[\w-]+$/)
    .optional(),
  TURN_URL: commaList.default([]),
  TURN_SECRET: z.string().optional(),
  ROOM_WEBRTC_MAX: z.coerce.number().int().positive().default(300),
  /** The largest video that may be uploaded. */
  UPLOAD_MAX_GB: z.coerce.number().positive().default(8),
  /** Room that uploads leave free on the disk of a directory store. */
  UPLOAD_RESERVE_GB: z.coerce.number().nonnegative().default(5),
  /** An unfinished upload that is left alone for so long is thrown away. */
  UPLOAD_EXPIRES_HOURS: z.coerce.number().positive().default(72),
  DEMO: flag.optional(),
  LAN_CA_CERT: z.string().optional(),
  LAN_HTTP_PORT: port.optional(),
  TONGKE_SESSION_SECRET: z.string().min(16),
  TONGKE_MEDIA_SECRET: z.string().min(16),
}).superRefine((config, context) => {
  checkObjectStoreConfig(config, context);
  if ((config.TLS_CERT === undefined) !== (config.TLS_KEY === undefined)) {
    context.addIssue({ code: 'custom', path: ['TLS_KEY'], message: 'TLS_CERT and TLS_KEY go together' });
  }
  if (config.TURN_URL.length > 0 && config.TURN_SECRET === undefined) {
    context.addIssue({ code: 'custom', path: ['TURN_SECRET'], message: 'is needed with TURN_URL' });
  }
});
export type SignalingConfig = z.infer<typeof SignalingConfig>;
