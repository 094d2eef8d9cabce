import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CaptionCommand } from '../../../recorder/captions/caption-command.ts';
import { CaptionOrders, type CaptionState } from '../../../recorder/jobs/caption-orders.ts';
import { RecognisedCaptions, type CaptionJob } from '../../../recorder/jobs/caption-jobs.ts';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { putMuxedRecording, type MadeRun } from '../../support/media/muxed-recording.ts';
import { ProduceStand, waitFor } from '../../support/stands/produce-stand.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';

/** Recognition stands back behind everything else of the machine. */
const LIMIT_MS = 180_000;
const ADAPTER = resolve('recorder/captions/pocketsphinx.ts');
const HOW_FAR_OFF_MS = 400;

/** Far apart for the ear; the recogniser has all of them to choose from. */
const GRAMMAR = `#JSGF V1.0;
grammar words;
public <words> = ( hospital | mathematics | elephant | yesterday | newspaper | university | banana | computer )+ ;
`;

const missing = ['pocketsphinx_continuous', 'espeak-ng'].filter(
  (program) => spawnSync('which', [program]).status !== 0,
);
if (missing.length > 0) console.warn(`speech is not recognised here: ${missing.join(' and ')} cannot be found`);

let redis: UrlService;
let folder: string;
let orders: CaptionOrders;
const stands: ProduceStand[] = [];

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(join(tmpdir(), 'tongke-captions-'));
  orders = new CaptionOrders({ redisUrl: redis.url, log: createLog('test', 'silent') });
  await orders.ready();
});
/** Also after a failure: a recorder that goes on would take the jobs of the next one. */
afterEach(async () => {
  for (const stand of stands.splice(0)) await stand.close();
});
afterAll(async () => {
  await orders?.close();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function spoken(name: string, words: string): Promise<string> {
  const path = join(folder, `${name}.wav`);
  const { status, stderr } = spawnSync('espeak-ng', ['-v', 'en-us', '-s', '130', '-w', path, words], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return path;
}

async function beep(): Promise<string> {
  const path = join(folder, 'beep.wav');
  const args = ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'sine=f=440:d=2', path];
  await runPiped({ program: 'ffmpeg', args });
  return path;
}

const microphone = (displayName: string, runs: readonly MadeRun[]) => ({
  ...{ seat: displayName === '王老师' ? 'lecturer' : 'pupil', displayName, source: 'microphone' as const, runs },
});

async function speakersIn(store: DirectoryObjectStore, soundFile: string): Promise<RecordingId> {
  const lesson = { title: '一课', seconds: 8, tracks: [microphone('王老师', [{ from: 1, to: 5, soundFile }])] };
  return (await putMuxedRecording(store, { ...lesson, events: () => [] })).recordingId;
}

const ended = (job: CaptionJob): Promise<CaptionState> =>
  waitFor(async () => {
    const state = await orders.state(job);
    return state.state === 'done' || state.state === 'failed' ? state : undefined;
  }, LIMIT_MS);

async function cuesOf(store: DirectoryObjectStore, state: CaptionState) {
  if (state.state !== 'done') throw new Error(JSON.stringify(state));
  const { body } = await store.getBuffer(state.result.key);
  return RecognisedCaptions.parse(JSON.parse(body.toString('utf8'))).cues;
}

/** A recorder with a caption command, and the store it reads. */
async function recorderWith(command: string, env: Readonly<Record<string, string>> = {}) {
  const stand = await ProduceStand.create(redis.url, {
    CAPTION_COMMAND: command,
    CAPTION_LANGUAGES: 'en-us',
    CAPTION_LOCK_MS: '2000',
    ...env,
  });
  stands.push(stand);
  const store = await DirectoryObjectStore.create(join(stand.dataDir, 'objects'));
  return { stand, store };
}

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return `${process.execPath} ${path}`;
}

describe('speech recognition', { timeout: LIMIT_MS }, () => {
  it.skipIf(missing.length > 0)(
    'hears who says what and when, across holes and silence, and leaves out what was said in a pause',
    async () => {
      const grammar = join(folder, 'words.gram');
      await writeFile(grammar, GRAMMAR);
      const { stand, store } = await recorderWith(`${process.execPath} ${ADAPTER} -jsgf '${grammar}'`);
      const [first, second, third] = [
        await spoken('first', 'mathematics. elephant'),
        await spoken('second', 'yesterday. hospital'),
        await spoken('third', 'university. banana. computer'),
      ];
      const { recordingId } = await putMuxedRecording(store, {
        title: '听一听',
        seconds: 60,
        tracks: [
          microphone('王老师', [
            { from: 2, to: 8, soundFile: first },
            { from: 40, to: 46, soundFile: third },
            { from: 50, to: 56, soundFile: second },
          ]),
          microphone('李同学', [{ from: 20, to: 30, soundFile: second }]),
          microphone('安静', [{ from: 0, to: 20, tone: { hz: 440, on: 60, off: 61 } }]),
        ],
        events: () => [],
        leftOut: [{ from: 49, to: 57 }],
      });
      await stand.startProcess();
      const offer = await waitFor(() => orders.offer(), LIMIT_MS);
      expect(offer).toEqual({ languages: ['en-US'], isAutomatic: true });
      const job = { recordingId, language: 'en-US' };
      await Promise.all([orders.order(job), orders.order(job)]);
      const cues = await cuesOf(store, await ended(job));
      expect(cues.map(({ voice, text }) => `${voice}: ${text}`)).toEqual([
        '王老师: mathematics elephant',
        '李同学: yesterday hospital',
        '王老师: university banana computer',
      ]);
      for (const [index, fromMs] of [2000, 20_000, 40_000].entries()) {
        expect(Math.abs((cues[index]?.fromMs ?? 0) - fromMs)).toBeLessThan(HOW_FAR_OFF_MS);
        expect((cues[index]?.toMs ?? 0) - fromMs).toBeLessThan(3500);
      }
      expect(cues[0]?.track).toMatchObject({ seat: 'lecturer', source: 'microphone' });
    },
  );

  it('is done again when its process is killed, and stops at a cancel without leaving anybody’s voice behind', async () => {
    // Waits until there is a file beside it, so that the test decides when it is through.
    const gate = join(folder, 'open');
    const patient = await script(
      'patient.mjs',
      `import { existsSync } from 'node:fs';
       while (!existsSync(${JSON.stringify(gate)})) await new Promise((done) => setTimeout(done, 50));
       console.log(JSON.stringify({ start: 0.9, end: 1.9, text: 'through ' + process.argv.at(-1) + Object.keys(process.env).filter((name) => name.includes('SECRET')).join() }));`,
    );
    const { stand, store } = await recorderWith(patient);
    const recordingId = await speakersIn(store, await beep());
    const job = { recordingId, language: 'en-US' };
    const running = () =>
      waitFor(async () => ((await orders.state(job)).state === 'running' ? true : undefined), LIMIT_MS);
    const first = await stand.startProcess();
    await orders.order(job);
    await running();
    await first.kill();
    await stand.startProcess();
    await waitFor(async () => ((await stand.captionAttempts()).length === 1 ? true : undefined), LIMIT_MS);
    await orders.cancel(job);
    expect(await ended(job)).toEqual({ state: 'failed', failure: 'cancelled', detail: null });
    expect(await stand.captionAttempts()).toEqual([]);
    await orders.order(job);
    await running();
    await writeFile(gate, '');
    const cues = await cuesOf(store, await ended(job));
    expect(cues).toMatchObject([{ text: 'through en-US', voice: '王老师' }]);
    expect(Math.abs((cues[0]?.fromMs ?? 0) - 1000)).toBeLessThan(HOW_FAR_OFF_MS);
  });

  it('says why there are no captions, and does not try what the command has refused again', async () => {
    const { stand, store } = await recorderWith("/bin/sh -c 'echo model missing >&2; exit 3'");
    const job = { recordingId: await speakersIn(store, await beep()), language: 'en-US' };
    await stand.startProcess();
    await orders.order(job);
    expect(await ended(job)).toEqual({ state: 'failed', failure: 'commandFailed', detail: '3' });
    expect(await stand.captionAttempts()).toEqual([]);
  });

  it.each([
    [['/nowhere/at/all'], 'commandMissing', null],
    [['/bin/sh', '-c', 'exit 3'], 'commandFailed', '3'],
    [['/bin/sh', '-c', 'kill -9 $$'], 'commandFailed', 'SIGKILL'],
    [['/bin/sh', '-c', 'echo hello'], 'badOutput', 'line 1'],
    [['/bin/sh', '-c', 'yes'], 'tooMuchOutput', null],
  ])('tells %j from other failures', async (words, failure, detail) => {
    const input = { wav: 'none', language: 'en' };
    const { signal } = new AbortController();
    const run = new CaptionCommand({ words, niceness: 19 }).run({ input, folder, limitMs: LIMIT_MS, signal });
    await expect(run).rejects.toMatchObject({ failure, detail });
  });

  it('ends a command that takes too long, with everything it has started', async () => {
    const command = new CaptionCommand({ words: ['/bin/sh', '-c', 'sleep 600 & sleep 600'], niceness: 19 });
    const input = { wav: 'none', language: 'en' };
    const signal = new AbortController().signal;
    const running = command.run({ input, folder, limitMs: 300, signal });
    const pid = await waitFor(() => command.pid, LIMIT_MS);
    await expect(running).rejects.toMatchObject({ failure: 'timeout' });
    // The group is gone as soon as its last process is reaped.
    await waitFor(() => (isGroupAlive(pid) ? undefined : true), LIMIT_MS);
  });
});

function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
