import { expect, test } from 'vitest';
import { restRoutes } from '../rest.ts';
import type { RouteDefinition } from '../define.ts';

test('what is left out of a change stays: the body of no PATCH fills anything in', () => {
  const routes: readonly (readonly [string, RouteDefinition])[] = Object.entries(restRoutes);
  const filled = routes.flatMap(([name, { method, body }]) => {
    const parsed = method === 'PATCH' ? body?.safeParse({}) : undefined;
    return parsed?.success === true && Object.keys(parsed.data as object).length > 0 ? [name] : [];
  });
  expect(filled).toEqual([]);
  expect(restRoutes.changeSchool.body.parse({ name: '新名' })).toEqual({ name: '新名' });
  expect(restRoutes.changeLesson.body.parse({ classGroupIds: [] })).toEqual({ classGroupIds: [] });
});
