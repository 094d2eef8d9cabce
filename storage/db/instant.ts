/** Epoch milliseconds of a column that may be empty. */
export const instantOrNull = (instant: Date | null): number | null => instant?.getTime() ?? null;
