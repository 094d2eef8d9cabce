import { useCallback, useEffect, useRef, useState } from 'react';
import type { SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { ImportLine, SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { batchesOf } from './import-batches.ts';
import type { ImportBatch } from './import-batches.ts';

export type ImportState =
  | { readonly kind: 'idle' }
  /** `leftMs` is null until the pace is known. */
  | { readonly kind: 'running'; readonly done: number; readonly total: number; readonly leftMs: number | null }
  /** Stopped on the way, by hand (no error) or by a failure; it goes on where it was. */
  | { readonly kind: 'halted'; readonly done: number; readonly total: number; readonly error: unknown };

/** What is still to do and what has come of the rest. */
interface Work {
  readonly batches: readonly ImportBatch[];
  readonly total: number;
  next: number;
  done: number;
  skipped: number;
  readonly slips: SignInSlip[];
}

export interface SheetImport {
  readonly state: ImportState;
  readonly start: (lines: readonly ImportLine[]) => void;
  readonly stop: () => void;
  readonly goOn: () => void;
  /** Ends it with what has been imported so far. */
  readonly finish: () => void;
}

/** Part after part until all are done (true), somebody stops it, or one fails. */
async function importParts(
  schoolId: SchoolId,
  work: Work,
  isStopped: () => boolean,
  tell: (state: ImportState) => void,
): Promise<boolean> {
  const startedAtMs = performance.now();
  const doneBefore = work.done;
  let leftMs: number | null = null;
  for (let batch = work.batches[work.next]; batch !== undefined; batch = work.batches[work.next]) {
    const { done, total } = work;
    if (isStopped()) {
      tell({ kind: 'halted', done, total, error: null });
      return false;
    }
    try {
      tell({ kind: 'running', done, total, leftMs });
      const { csv, importKey } = batch;
      const reply = await callApi('importPeople', { body: { schoolId, csv, importKey, skipBadLines: true } });
      work.slips.push(...reply.slips);
      work.skipped += reply.skipped;
    } catch (error) {
      tell({ kind: 'halted', done, total, error });
      return false;
    }
    work.next += 1;
    work.done += batch.count;
    leftMs = ((performance.now() - startedAtMs) / (work.done - doneBefore)) * (work.total - work.done);
  }
  return true;
}

/**
 * Imports a sheet part by part, so that one sees how far it is and it can be stopped; a part whose answer was lost is sent
 * again under its key and imports nobody twice.
 */
export function useSheetImport(
  schoolId: SchoolId,
  onDone: (slips: readonly SignInSlip[], skipped: number) => Promise<void>,
): SheetImport {
  const [state, setState] = useState<ImportState>({ kind: 'idle' });
  const work = useRef<Work | null>(null);
  const isStopped = useRef(false);
  const stop = useCallback(() => {
    isStopped.current = true;
  }, []);
  // Who leaves the page stops it.
  useEffect(() => stop, [stop]);
  const finish = (): void => {
    if (work.current !== null) void onDone(work.current.slips, work.current.skipped);
  };
  const goOn = (): void => {
    if (work.current === null) return;
    isStopped.current = false;
    void importParts(schoolId, work.current, () => isStopped.current, setState).then((isAll) => isAll && finish());
  };
  const start = (lines: readonly ImportLine[]): void => {
    const batches = batchesOf(lines);
    const total = batches.reduce((sum, { count }) => sum + count, 0);
    work.current = { batches, total, next: 0, done: 0, skipped: lines.length - total, slips: [] };
    goOn();
  };
  return { state, start, stop, goOn, finish };
}
