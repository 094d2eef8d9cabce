import * as z from 'zod';

/**
 * `produced/{recording}/{attempt}/waveform.json`: the outline of a film's sound, for a seek bar or an editor. One value per `binMs`: its
 * highest peak, 0 (silence) to 100 (full scale).
 */
export const Waveform = z.object({
  version: z.literal(1),
  binMs: z.int().positive(),
  peaks: z.array(z.int().min(0).max(100)),
});
export type Waveform = z.infer<typeof Waveform>;
