/** The set-up inside an image's build: `programs` (Node, packages, the worker), then `web-client`. */
import { dependenciesStep } from './dependencies.mjs';
import { mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { nodeRuntimeStep } from './node-runtime.mjs';
import { reportFailure, runSteps } from './step.mjs';
import { webClientStep } from './web-client-build.mjs';

const steps =
  process.argv[2] === 'web-client' ? [webClientStep()] : [nodeRuntimeStep(), dependenciesStep(), mediasoupWorkerStep()];

try {
  await runSteps(steps);
} catch (error) {
  reportFailure(error);
}
