import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { BLUR_FILES, BLUR_VERSION, BLUR_WORKER_FILE } from './src/call/blur-files.ts';

const LIBRARY = join(import.meta.dirname, '../node_modules/@twilio/video-processors');
const FILES = [
  'LICENSE.md',
  `dist/build/${BLUR_WORKER_FILE}`,
  'dist/build/selfie_segmentation_landscape.tflite',
  'dist/build/tflite-simd-1-0-0.js',
  'dist/build/tflite-simd-1-0-0.wasm',
];

/** What blurs a background, beside the build: the worker asks for its files by their own names, and only once it is used. */
export function blurFiles(): Plugin {
  return {
    name: 'tongke-blur-files',
    apply: 'build',
    generateBundle: {
      handler: async function emit() {
        const { version } = JSON.parse(await readFile(join(LIBRARY, 'package.json'), 'utf8')) as { version: string };
        if (version !== BLUR_VERSION) this.error(`BLUR_VERSION is ${BLUR_VERSION}, installed is ${version}`);
        for (const file of FILES) {
          const fileName = `${BLUR_FILES.slice(1)}${file.slice(file.lastIndexOf('/') + 1)}`;
          this.emitFile({ type: 'asset', fileName, source: await readFile(join(LIBRARY, file)) });
        }
      },
    },
  };
}
