/** The set-up inside an image's build, in the parts that its layers are made of. */
import { dependenciesStep } from './dependencies.mjs';
import { mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { nodeRuntimeStep } from './node-runtime.mjs';
import { runNpm } from './npm.mjs';
import { reportFailure, runSteps } from './step.mjs';
import { webClientStep } from './web-client-build.mjs';

/** @type {Record<string, () => Promise<unknown>>} */
const PARTS = {
  packages: () => runSteps([nodeRuntimeStep(), dependenciesStep()]),
  worker: () => runSteps([mediasoupWorkerStep()]),
  'web-client': () => runSteps([webClientStep()]),
  /** What only builds and tests need goes last, when both are done. */
  prune: () => runNpm(['prune', '--omit=dev'], (line) => process.stdout.write(`${line}\n`)),
};

try {
  const part = PARTS[process.argv[2] ?? ''];
  if (part === undefined) throw new Error(`Name a part: ${Object.keys(PARTS).join(', ')}`);
  await part();
} catch (error) {
  reportFailure(error);
}
