import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Person } from './person.ts';

/**
 * What a spreadsheet gets from an export button: the headings, and the lines below them.
 *
 * @throws CsvError where a line has more or fewer cells than the headings
 */
export async function downloadedCsv({ page }: Person, button: string): Promise<[head: string[], ...lines: string[][]]> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(button).click()]);
  if (!download.suggestedFilename().endsWith('.csv')) throw new Error(`no sheet: ${download.suggestedFilename()}`);
  const [head = [], ...lines] = parse(await readFile(await download.path()), { bom: true });
  return [head, ...lines];
}
