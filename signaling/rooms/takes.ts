import * as z from 'zod';
import { EditionRange } from '../protocol/edition.ts';
import { AppError } from '../protocol/errors.ts';
import type { RecordedTakes } from '../protocol/room.ts';

const US_PER_MS = 1_000;
/** What an edition holds, less what is lost with a line (SPEC W3): nobody who means it does so many takes again. */
const MOST_REDONE = 450;
const MOST_LEFT_OUT = 500;

/**
 * The takes of a micro-lesson, in session time (SPEC W). A take runs from a start to the next pause; the last one can be done again, and is then
 * among what is left out of what is played.
 */
export const SavedTakes = z.object({
  /** Length of the takes before the last one. */
  keptUs: z.int(),
  /** `toUs` is null while it runs. Null before the first take, and when the last one is to be done again. */
  last: z.object({ fromUs: z.int(), toUs: z.int().nullable() }).nullable(),
  redone: z.array(EditionRange),
});
export type SavedTakes = z.infer<typeof SavedTakes>;

export const NO_TAKES: SavedTakes = { keptUs: 0, last: null, redone: [] };

function lengthUs({ last }: SavedTakes, nowUs: number): number {
  return last === null ? 0 : (last.toUs ?? nowUs) - last.fromUs;
}

function withRedone({ redone }: SavedTakes, fromUs: number, toUs: number): EditionRange[] {
  return fromUs < toUs && redone.length < MOST_LEFT_OUT ? [...redone, { fromUs, toUs }] : redone;
}

function takeBegun(takes: SavedTakes, atUs: number): SavedTakes {
  return { ...takes, keptUs: takes.keptUs + lengthUs(takes, atUs), last: { fromUs: atUs, toUs: null } };
}

function takeEnded(takes: SavedTakes, atUs: number): SavedTakes {
  const { last } = takes;
  return last === null ? takes : { ...takes, last: { fromUs: last.fromUs, toUs: last.toUs ?? atUs } };
}

/** A pause ends the take that runs, going on begins the next. */
export function takeTurned(takes: SavedTakes, paused: boolean, atUs: number): SavedTakes {
  return paused ? takeEnded(takes, atUs) : takeBegun(takes, atUs);
}

/** Where the take began that is done again, too. @throws AppError `conflict` without one, and after so many that no edition holds them. */
export function takeRedone(
  takes: SavedTakes | null,
  atUs: number,
): { readonly takes: SavedTakes; readonly fromUs: number } {
  const last = takes?.last ?? null;
  if (takes === null || last === null) throw new AppError('conflict', { message: 'there is no take to do again' });
  if (takes.redone.length >= MOST_REDONE)
    throw new AppError('conflict', { details: { field: 'takes', most: MOST_REDONE } });
  const { fromUs, toUs } = last;
  return { takes: { ...takes, last: null, redone: withRedone(takes, fromUs, toUs ?? atUs) }, fromUs };
}

/** Nobody was there for the last part of the running take: it ends where the lecturer was lost. */
export function lastTakeLost(takes: SavedTakes, lostAtUs: number, atUs: number): SavedTakes {
  const { last } = takes;
  if (last === null) return takes;
  const toUs = Math.min(atUs, Math.max(last.fromUs, lostAtUs));
  return { ...takes, last: { fromUs: last.fromUs, toUs }, redone: withRedone(takes, toUs, atUs) };
}

/** As pages are told of them, by the server's clock. */
export function takesAt({ keptUs, last }: SavedTakes, startedAtUs: number): RecordedTakes {
  const msOf = (us: number): number => Math.round((startedAtUs + us) / US_PER_MS);
  return {
    keptMs: Math.round(keptUs / US_PER_MS),
    last: last === null ? null : { fromMs: msOf(last.fromUs), toMs: last.toUs === null ? null : msOf(last.toUs) },
  };
}

/** What is left out once the recording has ended. Of a micro-lesson whose every take was to be done again all takes are played: an empty film helps nobody. */
export function redoneOf(takes: SavedTakes, endedAtUs: number): readonly EditionRange[] {
  return takes.keptUs + lengthUs(takes, endedAtUs) > 0 ? takes.redone : [];
}
