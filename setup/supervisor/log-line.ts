import * as z from 'zod';

const WARN_LEVEL = 40;
const ERROR_LEVEL = 50;

/** The fields that pino writes into every line. */
const pinoLine = z.looseObject({ level: z.number(), msg: z.string().optional() });

const HIDDEN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'name', 'v', 'process']);

/**
 * What the terminal shows of a process's log line: warnings and errors on one readable line, text that is not pino's
 * (a crash of Node itself) as it is, and nothing of the rest.
 */
export function terminalLine(processName: string, line: string): string | undefined {
  const parsed = parsePino(line);
  if (parsed === undefined) return line.trim() === '' ? undefined : `[${processName}] ${line}`;
  if (parsed.level < WARN_LEVEL) return undefined;
  const word = parsed.level >= ERROR_LEVEL ? 'error' : 'warn';
  const fields = Object.entries(parsed)
    .filter(([name]) => !HIDDEN_FIELDS.has(name))
    .map(([name, value]) => `${name}=${fieldText(value)}`);
  return [`[${processName}] ${word}: ${parsed.msg ?? ''}`, ...fields].join(' ');
}

function parsePino(line: string): z.infer<typeof pinoLine> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return pinoLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  const error = z.object({ message: z.string() }).safeParse(value);
  return error.success ? error.data.message : JSON.stringify(value);
}
