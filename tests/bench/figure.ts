import * as z from 'zod';

/** One measured value, as `npm run bench -- --json FILE` writes it. */
export const Figure = z.object({
  /** `suite.what`, the same from run to run. */
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  better: z.enum(['lower', 'higher']),
  /** What DESIGN §8 allows. */
  budget: z.number().optional(),
  /** What the same run measured on the thing compared with. */
  baseline: z.number().optional(),
});
export type Figure = z.infer<typeof Figure>;

export function meetsBudget({ value, better, budget }: Figure): boolean {
  if (budget === undefined) return true;
  return better === 'lower' ? value <= budget : value >= budget;
}

/** @param share 0 … 1; between two values the one that is nearer. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (upper + lower) / 2;
}

/** Least squares: how much `y` grows with one more of `x`. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
}
