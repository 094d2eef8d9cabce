import { useCallback, useEffect, useMemo, useState } from 'react';
import { mediaSourceClass } from '../../player/media-source.ts';
import { OneViewPlayback } from '../../player/one-view-playback.ts';
import type { Playback } from '../../player/playback.ts';
import { LAYOUTS, type Habits, type Layout, type PlayerMemory } from '../../player/player-memory.ts';
import { VIEW_SLOTS, ViewsPlayback, type ViewSlot } from '../../player/views-playback.ts';
import type { Opened } from './playback-query.ts';
import type { PlayerMode } from './use-playback.ts';

/** Where only one picture can be played, the lecturer's first, which is there from beginning to end. */
const ONE_VIEW_LAYOUTS: readonly Layout[] = ['film', 'lecturer', 'board', 'slides'];

/** Two pictures need media source extensions; one of them, and the film, play everywhere. */
function layoutsOf(opened: Opened): readonly Layout[] {
  const { composed, viewsIndexUrl } = opened;
  return (canPlayViews(opened) ? LAYOUTS : ONE_VIEW_LAYOUTS).filter((layout) => {
    if (layout === 'slides') return canShowStills(opened);
    return layout === 'film' ? composed !== null : viewsIndexUrl !== null;
  });
}

const canPlayViews = ({ viewsIndexUrl }: Opened): boolean => viewsIndexUrl !== null && mediaSourceClass() !== undefined;

/** Their sound is that of two pictures, or the film's. */
export const canShowStills = (opened: Opened): boolean => opened.composed !== null || canPlayViews(opened);

export function modeOf(layout: Layout, opened: Opened): PlayerMode {
  if (layout === 'film') return 'film';
  if (canPlayViews(opened)) return 'views';
  return layout === 'slides' ? 'sound' : 'oneView';
}

export function useLayout(opened: Opened, memory: PlayerMemory) {
  const layouts = useMemo(() => layoutsOf(opened), [opened]);
  const [chosen, setChosen] = useState(() => memory.read());
  const { layout, isSwapped, skipsSilence } = chosen;
  const shown = layout !== null && layouts.includes(layout) ? layout : (layouts[0] ?? 'film');
  const change = useCallback(
    (next: Partial<Pick<Habits, 'layout' | 'isSwapped' | 'skipsSilence'>>): void => {
      setChosen((now) => ({ ...now, ...next }));
      memory.keep(next);
    },
    [memory, setChosen],
  );
  return { layouts, layout: shown, isSwapped, skipsSilence, change };
}

/** Hidden pictures load nothing. */
export function useActiveViews(playback: Playback | null, layout: Layout, secondView: string, hasPages: boolean): void {
  useEffect(() => {
    if (playback instanceof OneViewPlayback) playback.choose(layout === 'board' ? 'board' : 'lecturer');
  }, [playback, layout]);
  useEffect(() => {
    if (!(playback instanceof ViewsPlayback)) return;
    for (const slot of VIEW_SLOTS) {
      playback.setActive(slot, isSeen(playback, layout, slot, hasPages));
    }
  }, [playback, layout, hasPages]);
  useEffect(() => {
    if (playback instanceof ViewsPlayback) playback.choose('lecturer', secondView === 'lecturer' ? null : secondView);
  }, [playback, secondView]);
}

function isSeen(playback: ViewsPlayback, layout: Layout, slot: ViewSlot, hasPages: boolean): boolean {
  if (layout === 'slides') return false;
  if (layout === 'side' || layout === 'pip' || layout === slot) return true;
  return !(layout === 'board' && hasPages) && !hasView(playback, layout);
}

const hasView = (playback: ViewsPlayback, layout: Layout): boolean => {
  const { choices } = playback.views;
  return choices.length === 0 || choices.some(({ view }) => view === layout);
};
