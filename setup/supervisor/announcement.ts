import { existsSync, readFileSync } from 'node:fs';
import { renderUnicodeCompact } from 'uqr';
import * as z from 'zod';

const demoSignIns = z.array(
  z.object({ account: z.string(), password: z.string(), role: z.string(), name: z.string(), school: z.string() }),
);
const demoSites = z.array(z.object({ classroom: z.string(), school: z.string(), code: z.string() }));

export interface AnnouncementOptions {
  /** What people type into a browser. */
  readonly url: string;
  /** Page with the steps to trust our certificate, on the local network only. */
  readonly trustUrl: string | undefined;
  /** Files that signaling writes at its first start. */
  readonly demoFile: string;
  readonly demoSitesFile: string;
  readonly firstAdministratorFile: string;
  readonly isDemo: boolean;
}

/** What the terminal says once the page answers: where it is, and with which sign-ins to try it. */
export function announcement(options: AnnouncementOptions): string {
  const { url, trustUrl, demoFile, demoSitesFile, firstAdministratorFile, isDemo } = options;
  const lines = [`ready ${url}`];
  if (isDemo && existsSync(demoFile)) lines.push('', ...demoLines(demoFile));
  if (isDemo && existsSync(demoSitesFile)) lines.push('', ...demoSiteLines(demoSitesFile, url));
  if (!isDemo && existsSync(firstAdministratorFile)) {
    lines.push('', 'Make the first administrator (the link works once):');
    lines.push(`  ${readFileSync(firstAdministratorFile, 'utf8').trim()}`);
  }
  if (trustUrl !== undefined) lines.push('', ...lanLines(url, trustUrl));
  return lines.join('\n');
}

/** One sign-in of each role in each school: enough to try everything, few enough to be seen. */
function demoLines(file: string): string[] {
  const all = demoSignIns.parse(JSON.parse(readFileSync(file, 'utf8')));
  const shown = [...Map.groupBy(all, ({ role, school }) => `${role} ${school}`).values()].flatMap((some) =>
    some.slice(0, 1),
  );
  const columns = (['account', 'password', 'role'] as const).map((field) => padded(shown.map((one) => one[field])));
  return [
    'Demo sign-ins:',
    ...shown.map(({ name, school }, row) => `  ${columns.map((column) => column[row]).join('  ')}  ${name} ${school}`),
    ...(all.length > shown.length ? [`  and ${all.length - shown.length} more in ${file}`] : []),
  ];
}

/** A screen has a code instead of an account, and a page of its own. */
function demoSiteLines(file: string, url: string): string[] {
  const sites = demoSites.parse(JSON.parse(readFileSync(file, 'utf8')));
  return [
    `Codes for demo classroom screens, at ${url}/site:`,
    ...sites.map(({ classroom, school, code }) => `  ${code}  ${classroom} ${school}`),
  ];
}

/** Texts of one column, each as wide as the widest; a Chinese character is as wide as two others. */
function padded(texts: readonly string[]): string[] {
  const widthOf = (text: string) => text.replaceAll(/[\u2E80-\uFFEF]/g, 'xx').length;
  const width = Math.max(...texts.map(widthOf));
  return texts.map((text) => text + ' '.repeat(width - widthOf(text)));
}

function lanLines(url: string, trustUrl: string): string[] {
  return [
    `A phone's first time: ${trustUrl}`,
    renderUnicodeCompact(trustUrl, { border: 2 }),
    '',
    `After that: ${url}`,
    renderUnicodeCompact(url, { border: 2 }),
  ];
}
