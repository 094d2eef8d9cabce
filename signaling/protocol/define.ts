import type * as z from 'zod';
import type { ErrorCode, FieldProblem } from './errors.ts';
import type { Permission } from './seats.ts';
import type { Principal } from './roles.ts';

/** A socket request: the client asks, the server acks with a result or an error. Written once, here. */
export interface RequestDefinition {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** What the asking seat must be permitted; `seated` is any admitted seat, `waiting` also one in the lobby. */
  readonly needs: Permission | 'seated' | 'waiting';
}

export const request = <const D extends RequestDefinition>(definition: D): D => definition;

/** A socket notice: the server tells, nobody answers. */
export const notice = <S extends z.ZodType>(data: S): S => data;

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A REST route under `/api/v1`. Path parameters are written `{name}` as in OpenAPI. */
export interface RouteDefinition {
  readonly method: HttpMethod;
  readonly path: string;
  readonly summary: string;
  /** Who may call it at all; the handler narrows further (own school, own lesson). */
  readonly access: readonly Principal[];
  /** A token in the request opens it, whoever is signed in in that browser: nobody looks that up. */
  readonly opensByToken?: true;
  /**
   * Also for people who have yet to set an own password; all other routes but the `public` ones refuse them with
   * `passwordChangeRequired`.
   */
  readonly allowsFirstPassword?: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly reply: z.ZodType;
  /** Success status, 200 unless said otherwise. */
  readonly status?: 200 | 201 | 202 | 204;
  readonly errors?: readonly ErrorCode[];
}

export const route = <const D extends RouteDefinition>(definition: D): D => definition;

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly problems?: readonly FieldProblem[] | undefined;
}

/** What every socket request is answered with. */
export type Ack<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: WireError };
