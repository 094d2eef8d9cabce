import { existsSync, readFileSync } from 'node:fs';
import { renderUnicodeCompact } from 'uqr';
import * as z from 'zod';

const demoSignIns = z.array(
  z.object({ account: z.string(), password: z.string(), role: z.string(), name: z.string(), school: z.string() }),
);

export interface AnnouncementOptions {
  /** What people type into a browser. */
  readonly url: string;
  /** Page with the steps to trust our certificate, on the local network only. */
  readonly trustUrl: string | undefined;
  /** Files that signaling writes at its first start. */
  readonly demoFile: string;
  readonly firstAdministratorFile: string;
  readonly isDemo: boolean;
}

/** What the terminal says once the page answers: where it is, and with which sign-ins to try it. */
export function announcement(options: AnnouncementOptions): string {
  const { url, trustUrl, demoFile, firstAdministratorFile, isDemo } = options;
  const lines = [`ready ${url}`];
  if (isDemo && existsSync(demoFile)) lines.push('', ...demoLines(demoFile));
  if (!isDemo && existsSync(firstAdministratorFile)) {
    lines.push('', 'Make the first administrator (the link works once):');
    lines.push(`  ${readFileSync(firstAdministratorFile, 'utf8').trim()}`);
  }
  if (trustUrl !== undefined) lines.push('', ...lanLines(url, trustUrl));
  return lines.join('\n');
}

function demoLines(file: string): string[] {
  const signIns = demoSignIns.parse(JSON.parse(readFileSync(file, 'utf8')));
  const accountWidth = Math.max(...signIns.map(({ account }) => account.length), 0);
  const passwordWidth = Math.max(...signIns.map(({ password }) => password.length), 0);
  const roleWidth = Math.max(...signIns.map(({ role }) => role.length), 0);
  return [
    `Demo sign-ins (${file}):`,
    ...signIns.map(
      ({ account, password, role, name, school }) =>
        `  ${account.padEnd(accountWidth)}  ${password.padEnd(passwordWidth)}  ${role.padEnd(roleWidth)}  ${name} ${school}`,
    ),
  ];
}

function lanLines(url: string, trustUrl: string): string[] {
  return [
    `A phone's first time: ${trustUrl}`,
    renderUnicodeCompact(trustUrl),
    '',
    `After that: ${url}`,
    renderUnicodeCompact(url),
  ];
}
