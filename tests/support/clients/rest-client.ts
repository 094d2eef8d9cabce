import * as z from 'zod';
import type { RouteDefinition } from '../../../signaling/protocol/define.ts';
import {
  API_PREFIX,
  restRoutes,
  type RouteInput,
  type RouteName,
  type RouteReply,
} from '../../../signaling/protocol/rest.ts';

const Problem = z.object({ code: z.string() });

export interface RawAnswer {
  readonly status: number;
  /** `code` of the problem, undefined on success. */
  readonly code: string | undefined;
  readonly body: unknown;
}

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** A client of the REST API with its own cookie jar, as one browser has. */
export class RestClient {
  readonly #base: string;
  readonly #cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = base;
  }

  get url(): string {
    return this.#base;
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** The parsed reply. @throws Error naming the problem's code. */
  async call<N extends RouteName>(name: N, input: RouteInput<N>): Promise<RouteReply<N>> {
    const answer = await this.raw(name, input as AnyInput);
    if (answer.code !== undefined)
      throw new Error(`${name}: ${answer.status} ${answer.code} ${JSON.stringify(answer.body)}`);
    return restRoutes[name].reply.parse(answer.body) as RouteReply<N>;
  }

  /** Whatever is sent, also what the contract forbids. */
  async raw(name: RouteName, input: AnyInput = {}, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const definition: RouteDefinition = restRoutes[name];
    const path = definition.path.replaceAll(/\{(\w+)\}/g, (_all, key: string) =>
      encodeURIComponent(input.params?.[key] ?? 'missing'),
    );
    const query = new URLSearchParams(
      Object.entries(input.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const hasBody = definition.method !== 'GET' && input.body !== undefined;
    const response = await fetch(`${this.#base}${API_PREFIX}${path}${query.size > 0 ? `?${query}` : ''}`, {
      method: definition.method,
      headers: {
        cookie: this.cookieHeader,
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(hasBody ? { body: JSON.stringify(input.body) } : {}),
    });
    this.#keepCookies(response);
    const body: unknown = await response.json().catch(() => undefined);
    const code = response.ok ? undefined : (Problem.safeParse(body).data?.code ?? 'none');
    return { status: response.status, code, body };
  }

  #keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';', 1);
      const [name, value] = (pair ?? '').split('=', 2);
      if (name === undefined || value === undefined) continue;
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}
