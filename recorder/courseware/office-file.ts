import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ProgramError } from '../ffmpeg/pipe.ts';
import { runLimited, type Limits } from './limited-program.ts';
import { Unreadable } from './unreadable.ts';

/** LibreOffice maps far more memory than it uses. */
const LIMITS: Limits = { memoryMib: 6_144, cpuSeconds: 120, fileMib: 200 };
const PROGRAM = 'soffice';
/**
 * What no setting is needed for: a network of its own, in which there is nobody, and a user namespace of its own, from which it cannot look
 * into other processes. Containers allow it with `CAP_SYS_ADMIN` or a seccomp profile that has `unshare`.
 */
const ALONE = ['unshare', '--user', '--map-root-user', '--net', '--'] as const;
const PROBE: Limits = { memoryMib: 512, cpuSeconds: 5, fileMib: 1 };

/** A presentation as PDF, by LibreOffice where it is installed and can be cut off from the network. @throws Unreadable `noOffice`, `damaged`, `tooHeavy` */
export async function officeAsPdf(file: string, folder: string, signal: AbortSignal): Promise<string> {
  if (!(await isInstalled(PROGRAM))) throw new Unreadable('noOffice');
  await assertAlone(signal);
  // A profile of its own, which the work folder takes with it.
  const profile = `-env:UserInstallation=file://${await makeProfile(folder)}`;
  const quiet = ['--headless', '--norestore', '--nolockcheck', '--nodefault'];
  const convert = ['--convert-to', 'pdf:impress_pdf_Export', '--outdir', folder, file];
  try {
    await runLimited([...ALONE, PROGRAM, profile, ...quiet, ...convert], LIMITS, signal);
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

/** @throws Unreadable `noOffice` where this machine does not let us cut a program off. */
async function assertAlone(signal: AbortSignal): Promise<void> {
  try {
    await runLimited([...ALONE, 'true'], PROBE, signal);
  } catch (error) {
    throw error instanceof ProgramError ? new Unreadable('noOffice', error) : error;
  }
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
