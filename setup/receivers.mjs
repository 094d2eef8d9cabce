/** The bench's WebRTC receivers (`tests/bench/receivers`), a Go program; built again when a file of it has changed. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand } from './command.mjs';
import { findGo } from './go.mjs';
import { receiversPath, receiversSources } from './paths.mjs';

/** @returns {import('./step.mjs').Step} */
export function receiversStep() {
  return {
    name: 'receivers',
    does: 'WebRTC receivers for the bench (built with Go)',
    usually: '1 min',
    isDone: () => existsSync(receiversPath()),
    run: async (log) => {
      const go = await findGo(log);
      const partial = `${dirname(receiversPath())}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      await runCommand('nice', [go, 'build', '-o', join(partial, basename(receiversPath())), '.'], {
        log,
        cwd: receiversSources,
        env: { GOFLAGS: '-trimpath -buildvcs=false -mod=readonly', CGO_ENABLED: '0' },
        remedy: 'Check that this host reaches the Go module proxy, then run the same command again.',
      });
      rmSync(dirname(receiversPath()), { recursive: true, force: true });
      renameSync(partial, dirname(receiversPath()));
    },
  };
}
