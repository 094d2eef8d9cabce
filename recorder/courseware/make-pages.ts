import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CoursewareId } from '../../signaling/protocol/ids.ts';
import type { PageSize } from '../../signaling/protocol/rest/courseware.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { CoursewareJob, CoursewareResult } from '../jobs/courseware-jobs.ts';
import { officeAsPdf } from './office-file.ts';
import { makePagePictures } from './page-pictures.ts';
import { countPdfPages, drawPdfPage } from './pdf-pages.ts';
import { Unreadable } from './unreadable.ts';

/** Of a whole file: 200 pages that each stay just below their limit would keep everybody else waiting for hours. Large scans take a fifth of it. */
const FILE_LIMIT_MS = 20 * 60_000;

export interface PagesRun {
  readonly store: ObjectStore;
  readonly job: CoursewareJob;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onPage: (done: number) => void;
  readonly limitMs?: number;
}

/**
 * Turns a teacher's file into pictures of its pages, each stored as soon as it is made.
 *
 * @throws Unreadable for a file that can't be shown
 */
export async function makePages({ limitMs = FILE_LIMIT_MS, ...run }: PagesRun): Promise<CoursewareResult> {
  const patience = AbortSignal.timeout(limitMs);
  try {
    return await makeAll({ ...run, signal: AbortSignal.any([run.signal, patience]) });
  } catch (error) {
    run.signal.throwIfAborted();
    throw patience.aborted ? new Unreadable('tooHeavy', error) : error;
  }
}

async function makeAll({ store, job, folder, signal, onPage }: PagesRun): Promise<CoursewareResult> {
  const { coursewareId, kind } = job;
  const file = join(folder, 'file');
  const { stream } = await store.get(objectKeys.coursewareFile(coursewareId));
  await pipeline(stream, createWriteStream(file), { signal });
  if (kind === 'picture') return { pages: [await storePage(store, coursewareId, 1, file, folder, signal)] };
  const pdf = kind === 'office' ? await officeAsPdf(file, folder, signal) : file;
  const count = await countPdfPages(pdf, signal);
  const pages: PageSize[] = [];
  for (let page = 1; page <= count; page += 1) {
    signal.throwIfAborted();
    const drawn = await drawPdfPage(pdf, page, folder, signal);
    pages.push(await storePage(store, coursewareId, page, drawn, folder, signal));
    onPage(page);
  }
  return { pages };
}

async function storePage(
  store: ObjectStore,
  coursewareId: CoursewareId,
  page: number,
  picture: string,
  folder: string,
  signal: AbortSignal,
): Promise<PageSize> {
  const made = await makePagePictures(picture, folder, signal);
  for (const size of ['page', 'thumb'] as const) {
    await store.put(objectKeys.coursewarePage(coursewareId, page, size), await readFile(made[size]));
  }
  return { width: made.width, height: made.height };
}
