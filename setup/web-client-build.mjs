/** The web client's build, done again when anything that goes into it has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runCommand } from './command.mjs';
import { nodePath, repositoryRoot } from './paths.mjs';

const INPUT_FOLDERS = ['web-client', 'signaling/protocol'];
const INPUT_FILES = ['package-lock.json', 'tsconfig.json'];
const OUTPUT_FOLDERS = new Set(['dist', 'generated', 'node_modules']);
const STAMP = join('web-client', 'dist', '.built-from');

/** @returns {import('./step.mjs').Step} */
export function webClientStep() {
  return {
    name: 'web-client',
    does: 'web client build',
    usually: '15 s',
    isDone: () => readStamp() === hashInputs(repositoryRoot),
    run: async (log) => {
      const inputs = hashInputs(repositoryRoot);
      const vite = join(repositoryRoot, 'node_modules', 'vite', 'bin', 'vite.js');
      const config = join('web-client', 'vite.config.ts');
      await runCommand(nodePath(), [vite, 'build', '--config', config], {
        log,
        cwd: repositoryRoot,
        env: { NODE_ENV: 'production' },
        remedy: 'npm run build shows the whole error.',
      });
      // Written last: an interrupted build has no stamp and is done again.
      writeFileSync(join(repositoryRoot, STAMP), inputs);
    },
  };
}

function readStamp() {
  const file = join(repositoryRoot, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/**
 * One hash over the names and contents of everything that the build reads.
 * @param {string} root
 */
export function hashInputs(root) {
  const hash = createHash('sha256');
  const files = [
    ...INPUT_FOLDERS.flatMap((folder) => filesUnder(join(root, folder))),
    ...INPUT_FILES.map((file) => join(root, file)),
  ];
  for (const file of files) {
    if (!existsSync(file)) continue;
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]} sorted, so that the order of the file system does not matter
 */
function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return [path];
      return OUTPUT_FOLDERS.has(entry.name) ? [] : filesUnder(path);
    });
}
