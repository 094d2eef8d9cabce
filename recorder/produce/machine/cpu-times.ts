import { readFile } from 'node:fs/promises';

/** Jiffies since boot. Production runs niced, so the kernel counts what it uses apart from everything else. */
export interface CpuTimes {
  /** Not niced: live work, and all the machine's other business. */
  readonly foreground: number;
  readonly total: number;
}

/** Reads the first line of `/proc/stat` (proc(5)). Undefined where there is none. */
export async function readCpuTimes(): Promise<CpuTimes | undefined> {
  const text = await readFile('/proc/stat', 'utf8').catch(() => '');
  return parseCpuTimes(text);
}

export function parseCpuTimes(text: string): CpuTimes | undefined {
  const fields = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.split(' ').map(Number);
  const [user, nice, system, idle, iowait, irq, softirq, steal] = fields ?? [];
  if (steal === undefined || user === undefined || nice === undefined || idle === undefined) return undefined;
  const foreground = user + (system ?? 0) + (irq ?? 0) + (softirq ?? 0) + steal;
  return { foreground, total: foreground + nice + idle + (iowait ?? 0) };
}

/** Share of the machine, 0–1, that foreground work took between two readings. */
export function foregroundShare(before: CpuTimes, after: CpuTimes): number {
  const total = after.total - before.total;
  return total <= 0 ? 0 : (after.foreground - before.foreground) / total;
}
