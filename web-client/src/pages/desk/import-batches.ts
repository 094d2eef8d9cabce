import type { ImportLine } from '../../../../signaling/protocol/rest/directory.ts';
import { randomId } from '../../call/random-id.ts';
import { SHEET_HEADINGS, toCsv } from './sheet.ts';

/** A part of a sheet that goes to the server at once. */
export interface ImportBatch {
  readonly csv: string;
  readonly count: number;
  /** The same batch sent again under it imports nobody twice. */
  readonly importKey: string;
}

/** About a second of new passwords on a small machine: short enough to see it move, long enough not to talk all the time. */
const BATCH_LINES = 20;

/** Parents come when their children are there; names that may be numbered come before the accounts that a line asks for. */
const turnOf = ({ ward, account }: ImportLine): number => (ward === '' ? 0 : 2) + (account === '' ? 0 : 1);

/** The good lines of a sheet in parts, in an order in which each part finds what it refers to. */
export function batchesOf(lines: readonly ImportLine[]): ImportBatch[] {
  const good = lines.filter((line) => line.problems.length === 0);
  const ordered = good.toSorted((a, b) => turnOf(a) - turnOf(b));
  const batches: ImportBatch[] = [];
  for (let start = 0; start < ordered.length; start += BATCH_LINES) {
    const part = ordered.slice(start, start + BATCH_LINES);
    const rows = part.map((line) => [line.displayName, line.role, line.classGroup, line.account, line.ward]);
    batches.push({ csv: toCsv([SHEET_HEADINGS, ...rows]), count: part.length, importKey: randomId() });
  }
  return batches;
}
