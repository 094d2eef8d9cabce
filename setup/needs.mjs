/** What each command needs before it can run, in the order in which it is made. */
import { existsSync } from 'node:fs';
import { aptStep, withFiles, withProgram } from './apt-packages.mjs';
import { dependenciesStep } from './dependencies.mjs';
import { mediasoupWorkerStep } from './mediasoup-worker.mjs';
import { minioStep } from './minio.mjs';
import { nodeRuntimeStep } from './node-runtime.mjs';
import { chromiumPath, distribution, postgresBinFolder } from './paths.mjs';
import { receiversStep } from './receivers.mjs';
import { optional, SetupFailure } from './step.mjs';
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
  return [...serverSteps(), ...testPackagesSteps(), otherBrowsersStep(), minioStep()];
}

/** What `npm run test:docker` needs. The servers themselves are set up inside the image. */
export function dockerSteps() {
  const packages = aptStep({
    name: 'docker-packages',
    does: 'Docker and debootstrap from the distribution',
    usually: '1 min',
    packages: [withProgram('docker.io', 'dockerd'), withProgram('debootstrap'), withProgram('redis-server')],
  });
  return [nodeRuntimeStep(), dependenciesStep(), mediasoupWorkerStep(), packages, ...testPackagesSteps(), minioStep()];
}

/** The suite, and the group it is in (`tests/bench/suites.ts`). */
const WITH_RECEIVERS = ['fanout', 'room'];

/**
 * What `npm run bench` needs on top of `npm test`: a server to be compared with, what asks both, and receivers where they are asked for.
 * @param {readonly string[]} suites as named on the command line; all when there are none
 */
export function benchSteps(suites) {
  const packages = aptStep({
    name: 'bench-packages',
    does: 'nginx and wrk from the distribution',
    usually: '20 s',
    packages: [withProgram('nginx-light', 'nginx'), withProgram('wrk')],
  });
  const hasReceivers = suites.length === 0 || suites.some((name) => WITH_RECEIVERS.includes(name));
  return [...testSteps(), packages, ...(hasReceivers ? [receiversStep()] : [])];
}

function testPackagesSteps() {
  const isChromiumThere = () => existsSync(chromiumPath());
  const packages = aptStep({
    name: 'test-packages',
    does: 'Chromium, PostgreSQL and network tools from the distribution',
    usually: '2 min',
    packages: [
      // Ubuntu's package of that name is no browser.
      ...(distribution().startsWith('ubuntu') ? [] : [{ package: 'chromium', isThere: isChromiumThere }]),
      { package: 'postgresql', isThere: () => postgresBinFolder() !== undefined },
      withProgram('iproute2', 'ip'),
      withProgram('iptables'),
    ],
  });
  return [packages, chromiumStep(isChromiumThere), speechStep()];
}

/**
 * Comes to something to do only where no package brought Chromium.
 * @param {() => boolean} isDone
 * @returns {import('./step.mjs').Step}
 */
export function chromiumStep(isDone) {
  return {
    name: 'chromium',
    does: 'Chromium for the tests',
    usually: '1 s',
    isDone,
    run: async () => {
      throw new SetupFailure(
        'There is no Chromium here but as a snap, which the tests cannot use.',
        'Install Google Chrome (google-chrome-stable), or let TONGKE_CHROMIUM_BIN name a Chromium, then run this again.',
      );
    },
  };
}

/** A voice and an ear for the tests of captions: 30 MB. Some distributions have the ear without this program, or not at all. */
function speechStep() {
  return optional(
    aptStep({
      name: 'speech-packages',
      does: 'a voice and a speech recogniser from the distribution',
      usually: '20 s',
      packages: [
        withProgram('espeak-ng'),
        withProgram('pocketsphinx', 'pocketsphinx_continuous'),
        withFiles('pocketsphinx-en-us'),
      ],
    }),
  );
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
