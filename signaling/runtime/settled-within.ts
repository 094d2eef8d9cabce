/** Resolves when the work has ended, well or not, or when its time is over. Never rejects. */
export async function settledWithin(work: Promise<unknown>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work.catch(() => undefined), limit]).finally(() => clearTimeout(timer));
}
