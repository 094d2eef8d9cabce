import { sortedCues, type CaptionCue } from '../../../signaling/protocol/captions.ts';

/** Changes of a list of captions. Pure: each gives another list and the place to be at in it. */
export interface Edited {
  readonly cues: readonly CaptionCue[];
  readonly selected: number;
}

const NEW_CUE_MS = 2_500;
const SHORTEST_MS = 200;

/** Puts a changed cue in its place, which may be another one when its beginning has moved. */
export function changeCue(cues: readonly CaptionCue[], index: number, change: Partial<CaptionCue>): Edited {
  const before = cues[index];
  if (before === undefined) return { cues, selected: index };
  const changed = { ...before, ...change };
  const sorted = sortedCues(cues.with(index, changed));
  return { cues: sorted, selected: sorted.indexOf(changed) };
}

export function deleteCue(cues: readonly CaptionCue[], index: number): Edited {
  const rest = cues.toSpliced(index, 1);
  return { cues: rest, selected: Math.min(index, rest.length - 1) };
}

/** The text before and behind the cursor; each gets its share of the time. */
export function splitCue(cues: readonly CaptionCue[], index: number, cursor: number): Edited {
  const cue = cues[index];
  if (cue === undefined) return { cues, selected: index };
  const [head, tail] = [cue.text.slice(0, cursor).trim(), cue.text.slice(cursor).trim()];
  if (head === '' || tail === '' || cue.toMs - cue.fromMs < 2 * SHORTEST_MS) return { cues, selected: index };
  const share = head.length / (head.length + tail.length);
  const at = Math.round(cue.fromMs + (cue.toMs - cue.fromMs) * share);
  const middle = Math.min(Math.max(at, cue.fromMs + SHORTEST_MS), cue.toMs - SHORTEST_MS);
  const halves = [
    { ...cue, toMs: middle, text: head },
    { ...cue, fromMs: middle, text: tail },
  ];
  const sorted = sortedCues(cues.toSpliced(index, 1, ...halves));
  const [, second] = halves;
  return { cues: sorted, selected: second === undefined ? index : sorted.indexOf(second) };
}

/** Texts in Chinese follow each other without a blank, others with one. */
function joined(one: string, other: string): string {
  const isCjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{P}]$/u.test(one);
  return isCjk ? one + other : `${one} ${other}`;
}

export function mergeWithNext(cues: readonly CaptionCue[], index: number): Edited {
  const [cue, next] = [cues[index], cues[index + 1]];
  if (cue === undefined || next === undefined) return { cues, selected: index };
  const merged = { ...cue, toMs: Math.max(cue.toMs, next.toMs), text: joined(cue.text, next.text) };
  return { cues: cues.toSpliced(index, 2, merged), selected: index };
}

/** A new cue from an instant on, as long as there is room before the next one. */
export function addCue(cues: readonly CaptionCue[], atMs: number, voice: string | null = null): Edited {
  const next = cues.find(({ fromMs }) => fromMs > atMs);
  const room = next === undefined ? NEW_CUE_MS : next.fromMs - atMs;
  const toMs = atMs + Math.max(SHORTEST_MS, Math.min(NEW_CUE_MS, room));
  const cue: CaptionCue = { fromMs: atMs, toMs, voice, text: '' };
  const sorted = sortedCues([...cues, cue]);
  return { cues: sorted, selected: sorted.indexOf(cue) };
}

/** `1:02.5`, `62.5`, `0:01:02.500`; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const match = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5})(?:[.,，。](\d{1,3}))?$/.exec(
    text.trim().replaceAll('：', ':'),
  );
  if (match === null) return undefined;
  const [, hours = '0', minutes, seconds = '0', fraction = ''] = match;
  if (minutes !== undefined && Number(seconds) > 59) return undefined;
  const whole = Number(hours) * 3600 + Number(minutes ?? '0') * 60 + Number(seconds);
  return whole * 1000 + Number(fraction.padEnd(3, '0'));
}

/** `1:02.500`, with hours when there are any. */
export function timeText(ms: number): string {
  const [hours, minutes, rest] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, ms % 60_000];
  const tail = `${String(Math.floor(rest / 1000)).padStart(2, '0')}.${String(Math.round(rest) % 1000).padStart(3, '0')}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Cues that cannot be saved: without text, or ending before they begin. */
export const isUnfinished = ({ text, fromMs, toMs }: CaptionCue): boolean => text.trim() === '' || toMs <= fromMs;
