import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { sealJson } from '../../../storage/objects/sealed-json.ts';

/** Beside the files of a production, so that `verify` can tell whether they still are what was made. */
export const CHECKSUMS_NAME = 'checksums.json';

/** SHA-256 of every other file, by its name. */
export const Checksums = z.object({ version: z.literal(1), files: z.record(z.string(), z.string()) });

export async function writeChecksums(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const path of entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files[relative(folder, path)] = hash.digest('hex');
  }
  await writeFile(join(folder, CHECKSUMS_NAME), sealJson({ version: 1, files }));
}
