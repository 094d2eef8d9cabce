/** MinIO, the real object store that the tests run against, built from its Go module. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { runCommand } from './command.mjs';
import { findGo } from './go.mjs';
import { minioPath } from './paths.mjs';
import { SetupFailure } from './step.mjs';
import { MINIO_VERSION } from './versions.mjs';

/** @returns {import('./step.mjs').Step} */
export function minioStep() {
  return {
    name: 'minio',
    does: 'MinIO for the tests (built with Go)',
    usually: '4 min',
    isDone: () => existsSync(minioPath()),
    run: async (log) => {
      const given = process.env['TONGKE_MINIO_BIN'];
      if (given)
        throw new SetupFailure(`TONGKE_MINIO_BIN names ${given}, which is not there`, 'unset TONGKE_MINIO_BIN');
      const go = await findGo(log);
      const partial = `${dirname(minioPath())}.partial`;
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { recursive: true });
      // Go keeps what it has compiled, so an interrupted build goes on where it stopped.
      await runCommand('nice', [go, 'install', `github.com/minio/minio@${MINIO_VERSION}`], {
        log,
        cwd: partial,
        env: { GOBIN: partial, GOFLAGS: '-trimpath', CGO_ENABLED: '0' },
        remedy: 'Check that this host reaches the Go module proxy, then run the same command again.',
      });
      rmSync(dirname(minioPath()), { recursive: true, force: true });
      renameSync(partial, dirname(minioPath()));
    },
  };
}
