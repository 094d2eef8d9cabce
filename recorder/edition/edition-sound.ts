import type { EditionRange } from '../../signaling/protocol/edition.ts';
import { SOUND_MARGIN_US } from '../mux/aac-mix.ts';
import type { EpochState, SoundState } from '../mux/mux-state.ts';
import { SoundTrack } from '../mux/sound-track.ts';
import { playUri, type EditionFiles } from './edition-files.ts';

const ROUNDING_US = 10;

/**
 * The mix without what is left out. A window is a function of the packets around it: where no sound is left out near it, it is the recording's own; the others
 * are rendered again from the tracks that are kept, so that nothing of the others is in them.
 */
export async function editSound(options: {
  readonly ffmpegPath: string;
  readonly files: EditionFiles;
  /** The recording's own mix. */
  readonly sound: SoundState | undefined;
  readonly keptEpochs: readonly EpochState[];
  readonly leftOutEpochs: readonly EpochState[];
  readonly leftOut: readonly EditionRange[];
}): Promise<SoundState | undefined> {
  const { ffmpegPath, files, sound, keptEpochs, leftOutEpochs, leftOut } = options;
  const endUs = sound?.windows.at(-1)?.endUs;
  const isHeard = keptEpochs.some((epoch) => epoch.runs.some((run) => run.segments.length > 0));
  if (sound === undefined || endUs === undefined || !isHeard) return undefined;
  const track = new SoundTrack({ ffmpegPath, play: files });
  for (const { startUs, endUs: untilUs } of leftOutEpochs.flatMap((epoch) =>
    epoch.runs.flatMap((run) => run.segments),
  )) {
    track.markStale({ startUs: startUs - SOUND_MARGIN_US, endUs: untilUs + SOUND_MARGIN_US });
  }
  for (const { fromUs, toUs } of leftOut) track.markStale({ startUs: fromUs, endUs: Math.min(toUs, endUs) });
  const own = new Map(sound.windows.map((window) => [window.uri, window]));
  // A little less than the end: rounding must not make the last window one frame longer than it is.
  const untilUs = endUs - ROUNDING_US;
  const edited = await track.advance({ sound, epochs: keptEpochs, leftOut, untilUs, isFinal: true });
  if (edited === undefined) return undefined;
  return {
    init: edited.init === sound.init ? playUri(sound.init) : edited.init,
    windows: edited.windows.map((window) =>
      own.get(window.uri) === window ? { ...window, uri: playUri(window.uri) } : window,
    ),
  };
}
