import * as z from 'zod';
import type { RouteDefinition } from '../protocol/define.ts';
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.ts';
import { PROBLEMS } from '../protocol/problems.ts';
import { API_PREFIX, restRoutes } from '../protocol/rest.ts';

type Json = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (json.required?.includes(name) ?? false),
    schema: property,
  }));
}

const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };

/** What any route of this form may be refused with before its handler is asked; `unavailable` while the database is away. */
function impliedErrors({ method, access, allowsFirstPassword, params, query, body }: RouteDefinition): ErrorCode[] {
  return [
    'internal',
    'unavailable',
    ...(params === undefined && query === undefined && body === undefined ? [] : (['invalidInput'] as const)),
    // A write's body is read before anybody asks whether the route wants one.
    ...(method === 'GET' ? [] : (['originRejected', 'invalidInput', 'payloadTooLarge', 'unsupportedMedia'] as const)),
    ...(access.includes('public') ? [] : (['signedOut', 'forbidden'] as const)),
    ...(access.includes('public') || allowsFirstPassword === true ? [] : (['passwordChangeRequired'] as const)),
  ];
}

function errorResponses(definition: RouteDefinition): Record<string, Json> {
  const codes = new Set([...(definition.errors ?? []), ...impliedErrors(definition)]);
  const byStatus = Map.groupBy(codes, (code) => ERROR_CODES[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      { description: group.join(', '), content: { 'application/problem+json': { schema: PROBLEM_REF } } },
    ]),
  );
}

function operationOf(name: string, definition: RouteDefinition): Json {
  return {
    operationId: name,
    summary: definition.summary,
    'x-access': definition.access,
    security: definition.access.includes('public') ? [] : [{ session: [] }],
    parameters: [...parametersOf(definition.params, 'path'), ...parametersOf(definition.query, 'query')],
    ...(definition.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(definition.body, 'input') } },
          },
        }),
    responses: {
      [String(definition.status ?? 200)]: {
        description: 'Success',
        content: { 'application/json': { schema: schemaOf(definition.reply, 'output') } },
      },
      ...errorResponses(definition),
    },
  };
}

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERROR_CODES) },
    instance: { type: 'string', description: 'Id to quote; it is in the log' },
    details: { type: 'object' },
    problems: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string' },
          message: { type: 'string' },
          code: { type: 'string', enum: Object.keys(PROBLEMS) },
          values: { type: 'object' },
        },
      },
    },
  },
} as const;

/** The OpenAPI 3.1 document, made from the same route values that serve the requests. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, definition] of Object.entries(restRoutes) as [string, RouteDefinition][]) {
    const path = (paths[`${API_PREFIX}${definition.path}`] ??= {});
    path[definition.method.toLowerCase()] = operationOf(name, definition);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tongke 同课', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'tongke_session' } },
    },
  };
}
