import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ProgramError } from '../ffmpeg/pipe.ts';
import { runLimited, type Limits } from './limited-program.ts';
import { Unreadable } from './unreadable.ts';

/** LibreOffice maps far more memory than it uses. */
const LIMITS: Limits = { memoryMib: 6_144, cpuSeconds: 120, fileMib: 200 };
const PROGRAM = 'soffice';

/** A presentation as PDF, by LibreOffice where it is installed. @throws Unreadable `noOffice`, `damaged`, `tooHeavy` */
export async function officeAsPdf(file: string, folder: string, signal: AbortSignal): Promise<string> {
  if (!(await isInstalled(PROGRAM))) throw new Unreadable('noOffice');
  // A profile of its own, which the work folder takes with it: no macro, no link of it outlives the file.
  const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
  const quiet = ['--headless', '--norestore', '--nolockcheck', '--nodefault'];
  const convert = ['--convert-to', 'pdf:impress_pdf_Export', '--outdir', folder, file];
  try {
    await runLimited([PROGRAM, profile, ...quiet, ...convert], LIMITS, signal);
  } catch (error) {
    throw error instanceof ProgramError ? new Unreadable('damaged', error) : error;
  }
  const pdf = `${file}.pdf`;
  // It says nothing when it could read nothing.
  if (!(await isThere(pdf))) throw new Unreadable('damaged');
  return pdf;
}

async function isInstalled(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = await Promise.all(folders.map((folder) => isThere(join(folder, program), constants.X_OK)));
  return found.some(Boolean);
}

async function isThere(path: string, mode?: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
