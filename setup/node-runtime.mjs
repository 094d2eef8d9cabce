/** Node 24 from the npm registry, for hosts whose own is older; beside the checkout's node_modules, never system-wide. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from './command.mjs';
import { nodeFolder, nodePackage, nodePath } from './paths.mjs';
import { NODE_VERSION } from './versions.mjs';

/** @returns {import('./step.mjs').Step} */
export function nodeRuntimeStep() {
  return {
    name: 'node',
    does: `Node ${NODE_VERSION} from the npm registry`,
    usually: '10 s',
    isDone: () => existsSync(nodePath()),
    run: async (log) => {
      const partial = `${nodeFolder()}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      const wanted = `${nodePackage()}@${NODE_VERSION}`;
      const remedy = `Install Node ${NODE_VERSION} or newer (https://nodejs.org), then run this again.`;
      const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', partial];
      await runCommand('npm', ['install', ...options, wanted], { log, remedy, cwd: dirname(partial) });
      rmSync(nodeFolder(), { recursive: true, force: true });
      renameSync(partial, nodeFolder());
    },
  };
}
