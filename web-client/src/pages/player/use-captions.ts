import { useQuery } from '@tanstack/react-query';
import { useContext, useMemo, useState } from 'react';
import { CaptionTimes, type CaptionCue } from '../../../../signaling/protocol/captions.ts';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { CaptionSummary } from '../../../../signaling/protocol/rest/captions.ts';
import type { CaptionSize, Habits, PlayerMemory } from '../../player/player-memory.ts';
import { preferredLanguage } from '../../player/shown-captions.ts';
import { useLanguage } from '../../text/language.ts';
import { captionListQuery, captionsQuery } from './captions-query.ts';
import { LinkContext } from './playback-door.ts';
import { playsViews, type PlayerMode } from './use-playback.ts';

const NONE: readonly CaptionSummary[] = [];
const NO_CUES: readonly CaptionCue[] = [];

export interface ShownCaptions {
  readonly choices: readonly CaptionSummary[];
  /** What is shown over the picture; null while captions are off. */
  readonly shown: string | null;
  /** What the transcript is in: what is shown, or what would be. */
  readonly language: string | undefined;
  /** In the viewer's time, in order. */
  readonly cues: readonly CaptionCue[];
  readonly isLoading: boolean;
  readonly size: CaptionSize;
  readonly mayManage: boolean;
  readonly choose: (language: string | null) => void;
  /** The transcript only. */
  readonly read: (language: string) => void;
  readonly resize: (size: CaptionSize) => void;
  readonly toggle: () => void;
}

type CaptionHabits = Pick<Habits, 'areCaptionsOn' | 'captionLanguage' | 'captionSize'>;

function useCaptionHabits(memory: PlayerMemory) {
  const [habits, setHabits] = useState((): CaptionHabits => memory.read());
  const change = (next: Partial<CaptionHabits>): void => {
    setHabits((now) => ({ ...now, ...next }));
    memory.keep(next);
  };
  return { ...habits, change };
}

/** The cues of a language in the time of the mode, read when somebody wants to see them. */
function useCues(recordingId: RecordingId, mode: PlayerMode, chosen: CaptionSummary | undefined, isWanted: boolean) {
  const token = useContext(LinkContext);
  const { language = '', version = 0 } = chosen ?? {};
  const captions = useQuery({
    ...captionsQuery({ recordingId, language, version, token }),
    enabled: chosen !== undefined && isWanted,
  });
  const cues = useMemo(() => {
    if (captions.data === undefined) return NO_CUES;
    const { leftOut, cues } = captions.data;
    return new CaptionTimes(playsViews(mode) ? leftOut.views : leftOut.film).toFilm(cues);
  }, [captions.data, mode]);
  return { cues, isLoading: captions.isLoading };
}

/** Captions of a recording as this viewer likes them, on the time line of what is played. */
export function useCaptions(recordingId: RecordingId, mode: PlayerMode, memory: PlayerMemory): ShownCaptions {
  const page = useLanguage();
  const list = useQuery(captionListQuery(recordingId, useContext(LinkContext))).data;
  const choices = list?.captions ?? NONE;
  const { areCaptionsOn, captionLanguage, captionSize: size, change } = useCaptionHabits(memory);
  const [isRead, setRead] = useState(false);
  const languages = choices.map((choice) => choice.language);
  const language = preferredLanguage(languages, captionLanguage ?? page);
  const chosen = choices.find((choice) => choice.language === language);
  const { cues, isLoading } = useCues(recordingId, mode, chosen, areCaptionsOn || isRead);
  return {
    ...{ choices, language, cues, isLoading, size },
    shown: areCaptionsOn && language !== undefined ? language : null,
    mayManage: list?.mayManage ?? false,
    choose: (next) => change(next === null ? { areCaptionsOn: false } : { areCaptionsOn: true, captionLanguage: next }),
    read: (next) => {
      setRead(true);
      if (next !== language) change({ captionLanguage: next });
    },
    resize: (captionSize) => change({ captionSize }),
    toggle: () => change({ areCaptionsOn: !areCaptionsOn }),
  };
}
