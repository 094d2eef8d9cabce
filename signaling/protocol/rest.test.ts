import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { restRoutes } from './rest.ts';
import type { RouteDefinition } from './define.ts';

/** Paths of numbers that may be as large as JavaScript can count; what a request carries is read after coercion. */
function unbounded(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, maximum } = schema as { readonly type?: unknown; readonly maximum?: unknown };
  const isNumber = type === 'number' || type === 'integer';
  if (isNumber) return typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? [] : [path];
  return Object.entries(schema).flatMap(([key, inner]) => unbounded(inner, `${path}/${key}`));
}

describe('what a request carries', () => {
  it('has a largest value for every number, so that none is more than the database can hold', () => {
    const routes: readonly (readonly [string, RouteDefinition])[] = Object.entries(restRoutes);
    const found = routes.flatMap(([name, { params, query, body }]) =>
      [params, query, body].flatMap((schema) =>
        schema === undefined ? [] : unbounded(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }), name),
      ),
    );
    expect(found).toEqual([]);
    expect(unbounded(z.toJSONSchema(z.object({ version: z.int() })), 'any')).toEqual(['any/properties/version']);
  });
});
