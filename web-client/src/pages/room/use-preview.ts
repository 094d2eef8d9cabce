import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { captureFailure, problemOf } from '../../call/capture-problem.ts';
import type { CaptureProblem } from '../../call/capture-problem.ts';
import type { Devices, DevicesState } from '../../call/devices.ts';
import { useServices } from '../../services.ts';

export type PreviewSource = 'camera' | 'microphone';

export type Preview =
  | { readonly kind: 'off' }
  | { readonly kind: 'opening' }
  | { readonly kind: 'on'; readonly track: MediaStreamTrack }
  | { readonly kind: 'blocked'; readonly problem: CaptureProblem };

export interface Previews {
  readonly camera: Preview;
  readonly microphone: Preview;
  readonly devices: DevicesState;
  readonly toggle: (source: PreviewSource) => void;
  readonly reopen: (source: PreviewSource) => void;
  /** The running tracks, no longer stopped by this page. */
  readonly handOver: () => Partial<Record<PreviewSource, MediaStreamTrack>>;
}

const OFF: Preview = { kind: 'off' };

/** The two tracks and how they stand; opened and stopped by name. */
class PreviewTracks {
  readonly #devices: Devices;
  readonly #isTeacher: boolean;
  readonly #onPreview: (source: PreviewSource, preview: Preview) => void;
  readonly #missing = new Set<PreviewSource>();
  /** Counts what was asked of each: a device that comes after something else was asked is not wanted any more. */
  readonly #turns = { camera: 0, microphone: 0 };
  #tracks: Partial<Record<PreviewSource, MediaStreamTrack>> = {};

  constructor(devices: Devices, isTeacher: boolean, onPreview: (source: PreviewSource, preview: Preview) => void) {
    this.#devices = devices;
    this.#isTeacher = isTeacher;
    this.#onPreview = onPreview;
  }

  async open(source: PreviewSource): Promise<void> {
    this.stop(source);
    const turn = this.#turns[source];
    this.#onPreview(source, { kind: 'opening' });
    try {
      const track = await (source === 'camera'
        ? this.#devices.openCamera()
        : this.#devices.openMicrophone({ isTeacher: this.#isTeacher }));
      if (turn === this.#turns[source]) this.#adopt(source, track);
      else track.stop();
    } catch (error) {
      if (turn !== this.#turns[source]) return;
      const { problem } = captureFailure(error);
      if (problem === 'notFound') this.#missing.add(source);
      this.#onPreview(source, { kind: 'blocked', problem });
    }
  }

  /** One was plugged in: what was missing is there now. */
  handleArrived(source: PreviewSource): void {
    if (this.#missing.has(source)) void this.open(source);
  }

  stop(source: PreviewSource): void {
    this.#turns[source] += 1;
    this.#missing.delete(source);
    this.#tracks[source]?.stop();
    delete this.#tracks[source];
  }

  switchOff(source: PreviewSource): void {
    this.stop(source);
    this.#onPreview(source, OFF);
  }

  handOver(): Partial<Record<PreviewSource, MediaStreamTrack>> {
    const taken = this.#tracks;
    this.#tracks = {};
    // What is still opening comes too late.
    this.close();
    return taken;
  }

  close(): void {
    this.stop('camera');
    this.stop('microphone');
  }

  #adopt(source: PreviewSource, track: MediaStreamTrack): void {
    this.#missing.delete(source);
    this.#tracks[source] = track;
    // Unplugged: whatever else there is takes its place, or it says that there is nothing.
    track.addEventListener('ended', (event) => {
      if (this.#tracks[source] !== track) return;
      const problem = problemOf(event);
      if (problem === null) {
        void this.open(source);
        return;
      }
      this.stop(source);
      this.#onPreview(source, { kind: 'blocked', problem });
    });
    this.#onPreview(source, { kind: 'on', track });
  }
}

/** Camera and microphone as they will be in the room, opened at once for whoever had them on the last time. */
export function usePreviews(isTeacher: boolean): Previews {
  const { devices } = useServices();
  const state = useSyncExternalStore(devices.subscribe, devices.getState);
  const [previews, setPreviews] = useState<Readonly<Record<PreviewSource, Preview>>>({ camera: OFF, microphone: OFF });
  const tracks = useRef<PreviewTracks | null>(null);

  useEffect(() => {
    const own = new PreviewTracks(devices, isTeacher, (source, preview) =>
      setPreviews((all) => ({ ...all, [source]: preview })),
    );
    tracks.current = own;
    const { cameraOn, microphoneOn } = devices.getState().chosen;
    if (cameraOn) void own.open('camera');
    if (microphoneOn) void own.open('microphone');
    const stop = devices.onPlugged('arrived', ({ kind }) => {
      if (kind !== 'speaker') own.handleArrived(kind);
    });
    return () => {
      stop();
      own.close();
    };
  }, [devices, isTeacher]);

  const toggle = (source: PreviewSource): void => {
    const isOn = previews[source].kind === 'on' || previews[source].kind === 'opening';
    devices.choose(source === 'camera' ? { cameraOn: !isOn } : { microphoneOn: !isOn });
    if (isOn) tracks.current?.switchOff(source);
    else void tracks.current?.open(source);
  };

  return {
    ...previews,
    devices: state,
    toggle,
    reopen: (source) => void tracks.current?.open(source),
    handOver: () => tracks.current?.handOver() ?? {},
  };
}
