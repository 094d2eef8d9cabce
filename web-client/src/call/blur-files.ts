/** The release that is pinned in `package.json`: its files are kept by browsers for a year, so a newer one needs another address. */
export const BLUR_VERSION = '3.2.0';

/** Where the library's worker finds its model and its WebAssembly; the build puts them there as they are. */
export const BLUR_FILES = `/assets/background-blur-${BLUR_VERSION}/`;

export const BLUR_WORKER_FILE = 'twilio-gaussian-blur-background-processor-pipeline-worker.js';
