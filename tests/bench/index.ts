/**
 * `npm run bench -- [suite …] [--json FILE] [--short]`: every suite, or those named (`recording`: all that a recording goes through, `room`: all that a full room does), one after another. `--short` only shows that they run: its
 * figures mean nothing.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { Figure, meetsBudget } from './figure.ts';
import { groupNames, suiteNames, suitesNamed, type SuiteName } from './suites.ts';

const SIGNIFICANT_DIGITS = 4;

function format(value: number): string {
  return Math.abs(value) >= 10 ** (SIGNIFICANT_DIGITS - 1)
    ? value.toFixed(0)
    : String(Number(value.toPrecision(SIGNIFICANT_DIGITS)));
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    meetsBudget(figure) ? ' ' : '✗',
    figure.name,
    format(figure.value),
    figure.unit,
    figure.baseline === undefined ? '' : `beside ${format(figure.baseline)}`,
    figure.budget === undefined ? '' : `${figure.better === 'lower' ? '≤' : '≥'} ${format(figure.budget)}`,
  ]);
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  const pad = (cell: string, i: number): string =>
    i === 2 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** Undefined when the suite failed; what it said stands on the terminal. */
async function run(suite: SuiteName, isShort: boolean): Promise<Figure[] | undefined> {
  const child = fork(join(import.meta.dirname, 'run-suite.ts'), [suite, isShort ? 'short' : 'full']);
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  let figures: Figure[] | undefined;
  child.on('message', (message) => {
    figures = z.array(Figure).parse(message);
  });
  await once(child, 'exit');
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return figures;
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, short: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => suitesNamed(name) === undefined);
if (unknown.length > 0) {
  process.stderr.write(`No suite ${unknown.join(', ')}. There are: ${[...suiteNames, ...groupNames].join(', ')}.\n`);
  process.exit(2);
}
const named = new Set(positionals.flatMap((name) => suitesNamed(name) ?? []));
const chosen = suiteNames.filter((name) => positionals.length === 0 || named.has(name));
const all: Figure[] = [];
const failed: SuiteName[] = [];
for (const suite of chosen) {
  const startedMs = performance.now();
  process.stderr.write(`${suite} (load ${loadavg()[0]?.toFixed(1)})\n`);
  const figures = await run(suite, values.short);
  if (figures === undefined) failed.push(suite);
  else all.push(...figures);
  process.stderr.write(`${suite}: ${Math.round((performance.now() - startedMs) / 1_000)} s\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
}
process.stdout.write(`${tableOf(all)}\n`);
const missed = all.filter((figure) => !meetsBudget(figure));
if (missed.length > 0) process.stdout.write(`${missed.length} of ${all.length} figures miss their budget (✗).\n`);
if (failed.length > 0) {
  process.stdout.write(`Failed: ${failed.join(', ')}.\n`);
  process.exitCode = 1;
}
