import { randomUUID } from 'node:crypto';
import type * as z from 'zod';

/** A new id of the kind that the schema brands, such as `newId(PersonId)`. */
export function newId<S extends z.ZodType>(schema: S): z.output<S> {
  return schema.parse(randomUUID());
}
