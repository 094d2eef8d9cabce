import type { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { VIEW_SLOTS, type ViewSlot } from './views-playback.ts';

export interface MasterChoice {
  readonly view: ViewSlot;
  /** HLS master, relative to the index. */
  readonly master: string;
}

/**
 * What of a recording a browser without media source extensions can show, the lecturer first, whose picture is there from beginning to end. A lesson that has
 * neither lecturer nor board shows whoever there is in the lecturer's place.
 */
export function mastersFor(index: PlayIndex, canPlay: (mimeType: string) => boolean): readonly MasterChoice[] {
  const playable = index.views.flatMap(({ view, runs }) => {
    const master = index.masters[view];
    return master === undefined || !runs.every(({ mimeType }) => canPlay(mimeType)) ? [] : [{ view, master }];
  });
  const slots = VIEW_SLOTS.toReversed().flatMap((view) => {
    const found = playable.find((each) => each.view === view);
    return found === undefined ? [] : [{ view, master: found.master }];
  });
  const hasSlots = index.views.some(({ view }) => VIEW_SLOTS.some((slot) => slot === view));
  const first = playable[0];
  return hasSlots || first === undefined ? slots : [{ view: 'lecturer', master: first.master }];
}
