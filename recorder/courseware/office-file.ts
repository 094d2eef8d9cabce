import { access, constants, mkdir, writeFile } from 'node:fs/promises';
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
  // A profile of its own, which the work folder takes with it.
  const profile = `-env:UserInstallation=file://${await makeProfile(folder)}`;
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

/**
 * Settings under which a presentation runs nothing and fetches nothing: a picture that it links to, `file:` or `http:`, would be drawn on a page, and
 * so show whoever sent it what this machine can read and reach (LibreOffice's `Office/Common`, group `Security/Scripting`).
 */
const FORBIDDEN = {
  MacroSecurityLevel: 3,
  DisableMacrosExecution: true,
  BlockUntrustedRefererLinks: true,
  DisableActiveContent: true,
} as const;

/** Answers the folder of a fresh profile. */
async function makeProfile(folder: string): Promise<string> {
  const profile = join(folder, 'profile');
  await mkdir(join(profile, 'user'), { recursive: true });
  const items = Object.entries(FORBIDDEN).map(
    ([name, value]) =>
      `<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`,
  );
  const registry = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry">',
    ...items,
    '</oor:items>',
  ];
  await writeFile(join(profile, 'user', 'registrymodifications.xcu'), registry.join('\n'));
  return profile;
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
