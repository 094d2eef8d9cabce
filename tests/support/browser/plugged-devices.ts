import type { BrowserContext, Page } from 'playwright-core';

/** What the scripts below leave on the page. */
interface PluggedDevices {
  /** Name of the error that opening fails with, and its message; null: it works. */
  refusal: { readonly name: string; readonly message: string } | null;
  /** Whether the microphone carries a voice (syllables) instead of an even tone. */
  speaks: boolean;
  readonly wakeLocks: WakeLockSentinel[];
}
declare global {
  var pluggedDevices: PluggedDevices;
}

/** To be called after `useTimecodeMedia`: devices that can be refused, pulled out and plugged in. */
export async function usePluggedDevices(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const plugged: PluggedDevices = { refusal: null, speaks: false, wakeLocks: [] };
    globalThis.pluggedDevices = plugged;
    const { mediaDevices } = navigator;
    const open = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (constraints) => {
      const { refusal } = plugged;
      if (refusal !== null) throw new DOMException(refusal.message, refusal.name);
      return open(constraints);
    };
    const kit = globalThis.timecodeKit;
    const tone = kit.sound.bind(kit);
    kit.sound = () => {
      const track = tone();
      if (!plugged.speaks) return track;
      const context = kit.context();
      const gate = new GainNode(context, { gain: 0 });
      const out = context.createMediaStreamDestination();
      context
        .createMediaStreamSource(new MediaStream([track]))
        .connect(gate)
        .connect(out);
      // Syllables of 220 ms, three a second, for ten minutes.
      for (let n = 0; n < 1_800; n += 1) {
        gate.gain.setValueAtTime(1, context.currentTime + n * 0.33);
        gate.gain.setValueAtTime(0, context.currentTime + n * 0.33 + 0.22);
      }
      const [voice] = out.stream.getAudioTracks();
      if (voice === undefined) throw new Error('no audio track');
      return voice;
    };
    if ('wakeLock' in navigator) {
      const ask = navigator.wakeLock.request.bind(navigator.wakeLock);
      navigator.wakeLock.request = async (type) => {
        const lock = await ask(type);
        plugged.wakeLocks.push(lock);
        return lock;
      };
    }
  });
}

export async function refuseDevices(page: Page, refusal: PluggedDevices['refusal']): Promise<void> {
  await page.evaluate((how) => {
    globalThis.pluggedDevices.refusal = how;
  }, refusal);
}

/** The microphone that is open is pulled out. */
export async function pullMicrophone(page: Page): Promise<void> {
  await page.evaluate(() => {
    const track = globalThis.timecodeKit.given.findLast(
      ({ kind, readyState }) => kind === 'audio' && readyState === 'live',
    );
    if (track === undefined) throw new Error('no microphone is open');
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
}

/** A further microphone is plugged in. */
export async function plugMicrophone(page: Page, label: string): Promise<void> {
  await page.evaluate(async (name) => {
    const { mediaDevices } = navigator;
    const before = await mediaDevices.enumerateDevices();
    const added = { deviceId: `id of ${name}`, groupId: 'plugged', kind: 'audioinput', label: name } as MediaDeviceInfo;
    mediaDevices.enumerateDevices = async () => Promise.resolve([...before, added]);
    mediaDevices.dispatchEvent(new Event('devicechange'));
  }, label);
}
