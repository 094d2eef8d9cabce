import { readdir, readFile } from 'node:fs/promises';

/** `CLK_TCK` of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const UTIME_FIELD = 11;
const STIME_FIELD = 12;
const CHILDREN_UTIME_FIELD = 13;
const CHILDREN_STIME_FIELD = 14;
const BYTES_PER_KB = 1_024;

async function ticksOf(pid: number | 'self', fields: readonly number[]): Promise<number> {
  // The name in brackets may hold anything; fields are counted from behind it.
  const all = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
  return fields.reduce((sum, field) => sum + Number(all[field]), 0);
}

/** CPU time of a process with all its threads, seconds. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  return (await ticksOf(pid, [UTIME_FIELD, STIME_FIELD])) / TICKS_PER_SECOND;
}

/** CPU time of all children of this process that have ended, seconds. */
export async function cpuSecondsOfEnded(): Promise<number> {
  return (await ticksOf('self', [CHILDREN_UTIME_FIELD, CHILDREN_STIME_FIELD])) / TICKS_PER_SECOND;
}

export async function cpuSecondsOfAll(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(cpuSecondsOf));
  return each.reduce((sum, seconds) => sum + seconds, 0);
}

/** Resident memory, bytes. */
export async function residentBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * BYTES_PER_KB;
}

/** A process and everything that it started. */
export async function familyOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter((text) => text !== ''));
  const deeper = await Promise.all(children.map((child) => familyOf(Number(child))));
  return [pid, ...deeper.flat()];
}
