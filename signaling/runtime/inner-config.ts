import * as z from 'zod';
import { LogLevel } from './log.ts';

/** What each of the four processes needs to be found, watched and spoken to by the others. */
export const InnerConfig = z.object({
  /** Address of the process's own HTTP server (health, metrics, inner wires). */
  INNER_HOST: z.string().default('127.0.0.1'),
  /** 0 takes a free port; the others learn it through the node registry. */
  INNER_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** Where the process writes down which port it got, in Prometheus's `file_sd` form; nowhere without it. */
  INNER_TARGET_FILE: z.string().optional(),
  /** Under which URL the others reach it when that differs from host and port (a container, another machine). */
  INNER_URL: z.url({ protocol: /^wss?$/ }).optional(),
  /** Shared by all processes of one deployment; made on first start and kept in the data directory. */
  TONGKE_INNER_SECRET: z.string().min(16, 'at least 16 characters'),
  /** `redis://…`, `rediss://…` or `unix:///path/to/socket`. */
  REDIS_URL: z.string().regex(/^(redis|rediss|unix):\/\//, 'a redis://, rediss:// or unix:// URL'),
  LOG_LEVEL: LogLevel.default('info'),
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
});
export type InnerConfig = z.infer<typeof InnerConfig>;
