import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '../stands/stack.ts';

/** The path of the link by which the first administrator is made, where there is no demo. */
export async function firstLink(stack: Stack): Promise<string> {
  const link = (await readFile(join(stack.dataFolder, 'first-administrator.txt'), 'utf8')).trim();
  return new URL(link).pathname;
}
