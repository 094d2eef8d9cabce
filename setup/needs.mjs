/** What each command needs before it can run, in the order in which it is made. */
import { existsSync } from 'node:fs';
import { aptStep, withFiles, withProgram } from './apt-packages.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { minioStep } from './minio.mjs';
import { nodeRuntimeStep } from './node-runtime.mjs';
import { chromiumPath, distribution, postgresBinFolder } from './paths.mjs';
import { optional } from './step.mjs';
import { webClientStep } from './web-client-build.mjs';

/** What `npm run check` needs. */
export function toolSteps() {
  return [nodeRuntimeStep(), dependenciesStep()];
}

/** What `npm start` needs. */
export function serverSteps() {
  const packages = aptStep({
    name: 'media-packages',
    does: 'ffmpeg, redis-server, poppler and Chinese fonts from the distribution',
    usually: '1 min',
    packages: [
      withProgram('ffmpeg'),
      withProgram('redis-server'),
      withProgram('util-linux', 'setpriv'),
      withProgram('poppler-utils', 'pdftoppm'),
      withFiles('fonts-noto-cjk'),
    ],
  });
  return [nodeRuntimeStep(), dependenciesStep(), packages, mediasoupWorkerStep(), webClientStep()];
}

/** What `npm test` and `npm run bench` need on top. */
export function testSteps() {
  return [...serverSteps(), testPackagesStep(), otherBrowsersStep(), minioStep()];
}

/** What `npm run test:docker` needs. The servers themselves are set up inside the image. */
export function dockerSteps() {
  const packages = aptStep({
    name: 'docker-packages',
    does: 'Docker and debootstrap from the distribution',
    usually: '1 min',
    packages: [withProgram('docker.io', 'dockerd'), withProgram('debootstrap'), withProgram('redis-server')],
  });
  return [nodeRuntimeStep(), dependenciesStep(), mediasoupWorkerStep(), packages, testPackagesStep(), minioStep()];
}

/** What `npm run bench` needs on top of `npm test`: a server to be compared with, and what asks both. */
export function benchSteps() {
  const packages = aptStep({
    name: 'bench-packages',
    does: 'nginx and wrk from the distribution',
    usually: '20 s',
    packages: [withProgram('nginx-light', 'nginx'), withProgram('wrk')],
  });
  return [...testSteps(), packages];
}

function testPackagesStep() {
  return aptStep({
    name: 'test-packages',
    does: 'Chromium, PostgreSQL, speech and network tools from the distribution',
    usually: '2 min',
    packages: [
      {
        package: distribution().startsWith('ubuntu') ? 'chromium-browser' : 'chromium',
        isThere: () => existsSync(chromiumPath()),
      },
      { package: 'postgresql', isThere: () => postgresBinFolder() !== undefined },
      withProgram('iproute2', 'ip'),
      withProgram('iptables'),
      // A voice and an ear for the tests of captions: 30 MB.
      withProgram('espeak-ng'),
      withProgram('pocketsphinx', 'pocketsphinx_continuous'),
      withFiles('pocketsphinx-en-us'),
    ],
  });
}

/** Ubuntu has Firefox only as a snap, and some hosts have no WebKitGTK: the tests in them are then skipped and say so. */
function otherBrowsersStep() {
  return optional(
    aptStep({
      name: 'other-browsers',
      does: 'Firefox and WebKitGTK from the distribution',
      usually: '1 min',
      packages: [
        withProgram('firefox-esr'),
        // Without any sound server Firefox's audio clock stands still.
        withProgram('pulseaudio'),
        withProgram('webkit2gtk-driver', 'WebKitWebDriver'),
        withProgram('xvfb', 'Xvfb'),
        // What WebKitGTK plays films with.
        withFiles('gstreamer1.0-plugins-good'),
        withFiles('gstreamer1.0-plugins-bad'),
        withFiles('gstreamer1.0-libav'),
      ],
    }),
  );
}
