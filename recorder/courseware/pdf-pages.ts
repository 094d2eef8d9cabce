import { join } from 'node:path';
import { COURSEWARE_MAX_PAGES } from '../../signaling/protocol/rest/courseware.ts';
import { ProgramError } from '../ffmpeg/pipe.ts';
import { runLimited, type Limits } from './limited-program.ts';
import { PAGE_PX } from './page-pictures.ts';
import { Unreadable } from './unreadable.ts';

const LIMITS: Limits = { memoryMib: 1_024, cpuSeconds: 20, fileMib: 16 };

/** @throws Unreadable `damaged`, `locked`, `tooManyPages`, `tooHeavy` */
export async function countPdfPages(file: string, signal: AbortSignal): Promise<number> {
  const { stdout } = await reading(['pdfinfo', file], signal);
  const pages = Number(/^Pages:\s+(\d+)$/m.exec(stdout.toString('latin1'))?.[1] ?? 0);
  if (pages < 1) throw new Unreadable('damaged');
  if (pages > COURSEWARE_MAX_PAGES) throw new Unreadable('tooManyPages');
  return pages;
}

/** Draws one page, at most `PAGE_PX` on its longer side whatever the page says of its size. @throws Unreadable */
export async function drawPdfPage(file: string, page: number, folder: string, signal: AbortSignal): Promise<string> {
  const root = join(folder, 'drawn');
  const only = ['-f', String(page), '-l', String(page), '-singlefile'];
  await reading(['pdftoppm', ...only, '-scale-to', String(PAGE_PX), file, root], signal);
  return `${root}.ppm`;
}

async function reading(program: readonly [string, ...string[]], signal: AbortSignal) {
  try {
    return await runLimited(program, LIMITS, signal);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new Unreadable(/incorrect password|encrypted/i.test(error.said) ? 'locked' : 'damaged', error);
  }
}
