import type { BrowserContext } from 'playwright-core';

/** How a page's loudspeakers reach its own microphone. */
export interface Acoustics {
  /** Milliseconds from the loudspeaker to the microphone; null: not at all. */
  readonly echoAfterMs: number | null;
  /** What the microphone hears besides: a voice of its own, made from this number; null: a quiet room. */
  readonly voice: number | null;
  /** Amplification on the way; above 1 it is overdriven. */
  readonly gain: number;
}

/**
 * To be called after `useTimecodeMedia`: the microphone is one in a room, with speech instead of a tone. What the page plays, by its
 * media elements and by its audio contexts, comes back into it as the acoustics say.
 */
export async function useAcoustics(context: BrowserContext, acoustics: Acoustics): Promise<void> {
  await context.addInitScript(installVoice);
  await context.addInitScript(installAcoustics, acoustics);
}

declare global {
  var speakInto: (out: AudioNode, seed: number) => void;
  /** From now on somebody speaks into the microphone that was given last. */
  var speakUp: (seed: number) => void;
}

function installVoice(): void {
  /** Syllables with two formants each, as `voice` has them, for some minutes. */
  globalThis.speakInto = (out, seed) => {
    const audio = globalThis.timecodeKit.context();
    let state = seed;
    const chance = (): number => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
    const noise = new AudioBuffer({ length: audio.sampleRate * 2, sampleRate: audio.sampleRate });
    const samples = noise.getChannelData(0);
    for (let n = 0; n < samples.length; n += 1) samples[n] = chance() * 2 - 1;
    const source = new AudioBufferSourceNode(audio, { buffer: noise, loop: true });
    const formants = [0, 1].map(() => new BiquadFilterNode(audio, { type: 'bandpass', Q: 6, frequency: 600 }));
    const gate = new GainNode(audio, { gain: 0 });
    for (const formant of formants) source.connect(formant).connect(gate);
    gate.connect(out);
    source.start();
    let at = audio.currentTime + 0.1;
    for (let n = 0; n < 1_500; n += 1) {
      for (const formant of formants) formant.frequency.setValueAtTime(300 + 3_200 * chance() ** 2, at);
      gate.gain.setValueAtTime(chance() < 0.25 ? 0 : 0.6, at);
      at += 0.1 + 0.15 * chance();
      gate.gain.setValueAtTime(0, at);
      at += 0.03;
    }
  };
}

function installAcoustics({ echoAfterMs, voice, gain }: Acoustics): void {
  const kit = globalThis.timecodeKit;
  let air: GainNode | null = null;
  /** Everything that sounds in the room goes through it. */
  const room = (): GainNode => (air ??= new GainNode(kit.context(), { gain }));

  const playing = new WeakSet<MediaStreamTrack>();
  const listenToElements = (): void => {
    for (const element of document.querySelectorAll<HTMLMediaElement>('audio, video')) {
      if (element.muted || !(element.srcObject instanceof MediaStream)) continue;
      for (const track of element.srcObject.getAudioTracks()) {
        if (playing.has(track)) continue;
        playing.add(track);
        kit
          .context()
          .createMediaStreamSource(new MediaStream([track]))
          .connect(room());
      }
    }
  };
  const connect = Reflect.get(AudioNode.prototype, 'connect') as (this: AudioNode, ...args: unknown[]) => AudioNode;
  const bridges = new WeakMap<BaseAudioContext, MediaStreamAudioDestinationNode>();
  const bridged = function bridged(this: AudioNode, ...args: unknown[]): AudioNode {
    const [target] = args;
    const { context: own } = this;
    if (target instanceof AudioDestinationNode && own instanceof AudioContext && own !== kit.context()) {
      let bridge = bridges.get(own);
      if (bridge === undefined) {
        bridge = own.createMediaStreamDestination();
        bridges.set(own, bridge);
        connect.call(kit.context().createMediaStreamSource(bridge.stream), room());
      }
      connect.call(this, bridge);
    }
    return connect.apply(this, args);
  };
  Object.assign(AudioNode.prototype, { connect: bridged });

  kit.sound = () => {
    const out = kit.context().createMediaStreamDestination();
    globalThis.speakUp = (seed) => globalThis.speakInto(out, seed);
    if (voice !== null) globalThis.speakUp(voice);
    // A microphone in a room is never wholly silent.
    const hush = new OscillatorNode(kit.context(), { frequency: 60 });
    hush.connect(new GainNode(kit.context(), { gain: 0.0005 })).connect(out);
    hush.start();
    if (echoAfterMs !== null) {
      const delay = new DelayNode(kit.context(), { maxDelayTime: 1, delayTime: echoAfterMs / 1000 });
      room().connect(delay).connect(out);
      setInterval(listenToElements, 200);
    }
    const [track] = out.stream.getAudioTracks();
    if (track === undefined) throw new Error('no audio track');
    return track;
  };
}
