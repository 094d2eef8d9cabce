import * as z from 'zod';
import type { RouteDefinition } from '../../../signaling/protocol/define.ts';
import { isErrorCode } from '../../../signaling/protocol/errors.ts';
import { API_PREFIX, restRoutes } from '../../../signaling/protocol/rest.ts';
import type { RouteInput, RouteName, RouteReply } from '../../../signaling/protocol/rest.ts';
import { RequestFailure } from './request-failure.ts';

const REQUEST_TIMEOUT_MS = 15_000;
/** Each new password is a hash of 25 ms on purpose: hundreds at once take a while on a small machine. */
const PATIENCE_MS: Partial<Record<RouteName, number>> = {
  importPeople: 60_000,
  resetPasswords: 120_000,
  previewPeopleImport: 60_000,
  // Hundreds of lessons, each made, moved or looked at for itself.
  previewCalendarImport: 60_000,
  importCalendar: 120_000,
};

const Problem = z.object({
  title: z.string().optional(),
  code: z.string(),
  instance: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  problems: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        code: z.string().optional(),
        values: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
      }),
    )
    .optional(),
});

interface LooseInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

/** Routes without input are called with the name alone. */
type CallArguments<N extends RouteName> =
  unknown extends RouteInput<N>
    ? [input?: undefined, signal?: AbortSignal]
    : [input: RouteInput<N>, signal?: AbortSignal];

function urlOf(definition: RouteDefinition, input: LooseInput): string {
  const path = definition.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(input.params?.[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `${API_PREFIX}${path}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

/** problem+json (RFC 9457) → a failure with the server's own code. */
async function failureOf(response: Response): Promise<RequestFailure> {
  const parsed = Problem.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    // A proxy's own error page, not ours.
    return new RequestFailure(response.status >= 500 ? 'unavailable' : 'unreadable', {
      retryAfterMs: retryAfterMs(response),
    });
  }
  const { code, title, instance, details, problems } = parsed.data;
  return new RequestFailure(isErrorCode(code) ? code : 'internal', {
    message: title,
    errorId: instance,
    details,
    problems,
    retryAfterMs: retryAfterMs(response),
  });
}

async function ask(
  name: RouteName,
  definition: RouteDefinition,
  input: LooseInput,
  signal: AbortSignal | undefined,
): Promise<Response> {
  // By hand: `AbortSignal.any` and `timeout` are younger than the phones of many parents.
  const controller = new AbortController();
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    controller.abort();
  }, PATIENCE_MS[name] ?? REQUEST_TIMEOUT_MS);
  const abort = (): void => controller.abort();
  signal?.addEventListener('abort', abort);
  const hasBody = input.body !== undefined;
  try {
    return await fetch(urlOf(definition, input), {
      method: definition.method,
      credentials: 'same-origin',
      signal: controller.signal,
      ...(hasBody ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(input.body) } : {}),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new RequestFailure(isTimedOut ? 'timedOut' : 'offline', { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Calls a REST route by its operation name. Path, method and types come from the contract; the reply is parsed before
 * anybody sees it. Rejects with {@link RequestFailure} (or the caller's own abort).
 */
export async function callApi<N extends RouteName>(
  name: N,
  ...[input, signal]: CallArguments<N>
): Promise<RouteReply<N>> {
  const definition: RouteDefinition = restRoutes[name];
  const response = await ask(name, definition, input ?? {}, signal);
  if (!response.ok) throw await failureOf(response);
  const body: unknown = await response.json().catch(() => ({}));
  const parsed = definition.reply.safeParse(body);
  if (!parsed.success) throw new RequestFailure('unreadable', { cause: parsed.error });
  return parsed.data as RouteReply<N>;
}
