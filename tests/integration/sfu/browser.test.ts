import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser/browser.ts';
import {
  fenceOf,
  newProducerId,
  newRoomId,
  newSeatId,
  SfuStand,
  type SfuClient,
} from '../../support/stands/sfu-stand.ts';

let browser: Browser;
let script: string;
let stand: SfuStand;
let client: SfuClient;

beforeAll(async () => {
  [browser, script, stand] = await Promise.all([launchBrowser(), bundleCallPage(), SfuStand.create()]);
  client = await stand.connect('signaling');
});
afterAll(async () => {
  await browser.close();
  await stand.close();
});

async function bundleCallPage(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL('call-page.ts', import.meta.url)), formats: ['iife'], name: 'callPage' },
    },
  })) as Rolldown.RolldownOutput[];
  return built[0]?.output[0].code ?? '';
}

async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.exposeFunction('sfuCall', (name: Parameters<SfuClient['call']>[0], params: never) =>
    client.call(name, params),
  );
  await page.addScriptTag({ content: script });
  return page;
}

async function planCall(protocol: 'udp' | 'tcp') {
  const roomId = newRoomId();
  const fence = fenceOf(1);
  const { routerRtpCapabilities } = await client.call('openRoom', { roomId, fence });
  const sender = { roomId, fence, seatId: newSeatId() };
  const receiver = { roomId, fence, seatId: newSeatId() };
  const { send } = await client.call('createTransports', { ...sender, send: true });
  const { recv } = await client.call('createTransports', { ...receiver, send: false });
  if (send === null) throw new Error('no transport to send');
  const through = <O extends typeof recv>(offer: O): O => ({
    ...offer,
    iceCandidates: offer.iceCandidates.filter((candidate) => candidate.protocol === protocol),
  });
  return {
    routerRtpCapabilities,
    sender,
    receiver,
    send: through(send),
    recv: through(recv),
    producers: [
      { producerId: newProducerId(), kind: 'video' as const, source: 'camera' },
      { producerId: newProducerId(), kind: 'audio' as const, source: 'microphone' },
    ],
  };
}

describe('a browser', () => {
  it.each(['udp', 'tcp'] as const)(
    'sends and receives picture and sound over %s, through an ICE restart',
    async (protocol) => {
      const plan = await planCall(protocol);
      const states: string[] = [];
      const lines: unknown[] = [];
      const offs = [
        client.notices.on('transportState', (notice) =>
          states.push(`${notice.transportId} ${notice.state} ${notice.protocol}`),
        ),
        client.notices.on('lineQuality', ({ seatId, up, down }) => lines.push({ seatId, up, down })),
      ];
      const page = await openPage();
      const report = await page.evaluate((given) => globalThis.runCall(given as never), plan);
      expect(report.frames).toBeGreaterThanOrEqual(10);
      expect(report.audioSamples).toBeGreaterThan(0);
      expect(report.videoCodec).toBe('video/H264');
      expect(states).toContain(`${plan.send.transportId} connected ${protocol}`);
      expect(states).toContain(`${plan.recv.transportId} connected ${protocol}`);
      await expect.poll(() => lines).toContainEqual({ seatId: plan.sender.seatId, up: 10, down: null });
      await expect.poll(() => lines).toContainEqual({ seatId: plan.receiver.seatId, up: null, down: 10 });
      await expect(page.evaluate(() => globalThis.framesAfterIceRestart())).resolves.toBeGreaterThanOrEqual(10);
      for (const off of offs) off();
      await page.close();
    },
  );
});
