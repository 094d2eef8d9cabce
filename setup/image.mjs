/** The set-up inside an image's build, in the parts that its layers are made of. */
import { dependenciesStep } from './dependencies.mjs';
import { mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { nodeRuntimeStep } from './node-runtime.mjs';
import { reportFailure, runSteps } from './step.mjs';
import { webClientStep } from './web-client-build.mjs';

/** @type {Record<string, () => import('./step.mjs').Step[]>} */
const PARTS = {
  packages: () => [nodeRuntimeStep(), dependenciesStep()],
  worker: () => [mediasoupWorkerStep()],
  'web-client': () => [webClientStep()],
};

try {
  const part = PARTS[process.argv[2] ?? ''];
  if (part === undefined) throw new Error(`Name a part: ${Object.keys(PARTS).join(', ')}`);
  await runSteps(part());
} catch (error) {
  reportFailure(error);
}
