import * as z from 'zod';
import { ClassRules } from '../protocol/class-order.ts';
import { Countdown, Pick, Race } from '../protocol/class-tools.ts';
import { PollId, SeatId } from '../protocol/ids.ts';
import { SavedSites } from './class-sites.ts';
import { SavedLead } from './lesson-lead.ts';
import { SavedPage } from './page-board.ts';
import { SavedInk } from './page-ink.ts';
import { SavedSound } from './room-sound.ts';
import { PollRecord } from './poll-record.ts';
import { SavedReport } from './room-reports.ts';
import { SavedNotes } from './teacher-notes.ts';

export const SavedWall = z.object({ isOn: z.boolean() });
export type SavedWall = z.infer<typeof SavedWall>;

/** Answers are not in it: they are in the database before anybody is told that they count. */
export const SavedTools = z.object({
  polls: z.array(PollRecord),
  shownPollId: PollId.nullable(),
  hadTurn: z.array(SeatId),
  pick: Pick.nullable(),
  countdown: Countdown.nullable(),
  race: Race.nullable(),
  /** Absent in what an older process has saved. */
  page: SavedPage.nullable().default(null),
  sound: SavedSound.default({ checks: [], echoes: [] }),
  ink: SavedInk.default({ isOpen: false, pages: [], notWrittenDown: [] }),
  sites: SavedSites.default({ setups: [], speakers: [] }),
  notes: SavedNotes.default([]),
  wall: SavedWall.default({ isOn: false }),
  reports: z.array(SavedReport).default([]),
  /** What the school refuses, as it was read last. */
  words: z.array(z.string()).default([]),
  order: z
    .object({ rules: ClassRules, openedSeatIds: z.array(SeatId), lead: SavedLead })
    .nullable()
    .default(null),
});
export type SavedTools = z.infer<typeof SavedTools>;
