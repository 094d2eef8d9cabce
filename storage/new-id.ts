import { randomUUID } from 'node:crypto';
import type * as z from 'zod';

/** A new id of the kind that the schema brands, such as `newId(PersonId)`. */
export function newId<T>(schema: z.ZodType<T>): T {
  return schema.parse(randomUUID());
}
