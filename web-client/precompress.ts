import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const COMPRESSIBLE = /\.(js|css|html|svg|json|wasm|tflite)$/;
/** Below this the headers weigh more than what is saved. */
const WORTH_BYTES = 1_024;

const asGzip = promisify(gzip);
const asBrotli = promisify(brotliCompress);

/** Writes whatever of the build becomes smaller as `.gz` and `.br` beside itself, so that a thousand first visits at 8:00 cost no compression. */
export function precompress(folder: string): Plugin {
  return {
    name: 'tongke-precompress',
    apply: 'build',
    closeBundle: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const body = await readFile(path);
        if (body.length < WORTH_BYTES) continue;
        await writeFile(`${path}.gz`, await asGzip(body, { level: constants.Z_BEST_COMPRESSION }));
        await writeFile(`${path}.br`, await asBrotli(body));
      }
    },
  };
}
