import * as z from 'zod';

/** `EX_CONFIG` of sysexits.h: a supervisor must not restart a process that ends with it. */
export const EXIT_CONFIG = 78;

export class EnvError extends Error {
  /** One line per problem, naming the variable; never its value, which may be a secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'EnvError';
    this.problems = problems;
  }
}

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/**
 * Parses the environment once. A variable set to the empty string counts as unset, as in compose files.
 *
 * @throws EnvError with all problems at once.
 */
export function parseEnv<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): DeepReadonly<z.output<S>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw new EnvError(
      parsed.error.issues.map((issue) => {
        const name = issue.path.length === 0 ? '(all)' : issue.path.join('.');
        const isMissing = issue.code === 'invalid_type' && given[name] === undefined;
        return isMissing ? `${name} is not set` : `${name}: ${issue.message}`;
      }),
    );
  }
  return deepFreeze(parsed.data) as DeepReadonly<z.output<S>>;
}

/** For `main.ts`: prints the report and ends the process with `EXIT_CONFIG`. */
export function parseEnvOrExit<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): DeepReadonly<z.output<S>> {
  try {
    return parseEnv(schema, env);
  } catch (error) {
    if (!(error instanceof EnvError)) {
      throw error;
    }
    process.stderr.write(`${error.message}\n`);
    return process.exit(EXIT_CONFIG);
  }
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) {
      deepFreeze(child);
    }
  }
  return value;
}

/** `A_LIST=x, y` → `['x', 'y']`. */
export const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** `0`, `false`, `no`, `off` and their opposites. */
export const flag = z.stringbool();
