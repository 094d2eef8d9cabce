import type { ClassTools, classToolNotices } from '../../../signaling/protocol/class-tools.ts';
import type { RoomNotice } from '../../../signaling/protocol/room.ts';

export type ToolNoticeName = keyof typeof classToolNotices;

type Reducer<N extends ToolNoticeName> = (tools: ClassTools, data: RoomNotice<N>) => ClassTools;

/** What is run with the class, after a notice. */
export const toolReducers: { readonly [N in ToolNoticeName]: Reducer<N> } = {
  pollShown: (tools, { poll }) => {
    const isSame = poll !== null && poll.pollId === tools.poll?.pollId;
    return { ...tools, poll, myAnswer: isSame ? tools.myAnswer : null };
  },
  pollChanged: (tools, { poll }) => {
    const isKnown = tools.polls.some(({ pollId }) => pollId === poll.pollId);
    const polls = isKnown
      ? tools.polls.map((one) => (one.pollId === poll.pollId ? poll : one))
      : [...tools.polls, poll];
    return { ...tools, polls };
  },
  pollRemoved: (tools, { pollId }) => ({ ...tools, polls: tools.polls.filter((one) => one.pollId !== pollId) }),
  pollTally: (tools, { pollId, tally }) => ({
    ...tools,
    polls: tools.polls.map((one) => (one.pollId === pollId ? { ...one, tally } : one)),
  }),
  pickChanged: (tools, { pick }) => ({ ...tools, pick }),
  countdownChanged: (tools, { countdown }) => ({ ...tools, countdown }),
  raceChanged: (tools, { race }) => ({ ...tools, race }),
  pageShown: (tools, { page, strokes }) => ({ ...tools, page, ink: { ...tools.ink, strokes } }),
  inkDrawn: (tools, { parts, ...place }) => {
    if (!isShown(tools, place)) return tools;
    const strokes = new Map(tools.ink.strokes.map((stroke) => [stroke.strokeId, stroke]));
    for (const { from, ...part } of parts) {
      const known = strokes.get(part.strokeId)?.points.slice(0, from) ?? [];
      strokes.set(part.strokeId, { ...part, points: [...known, ...part.points] });
    }
    return { ...tools, ink: { ...tools.ink, strokes: [...strokes.values()] } };
  },
  inkRemoved: (tools, { strokeId, ...place }) => {
    if (!isShown(tools, place)) return tools;
    const strokes = strokeId === null ? [] : tools.ink.strokes.filter((one) => one.strokeId !== strokeId);
    return { ...tools, ink: { ...tools.ink, strokes } };
  },
  siteSetupChanged: (tools, { seatId, setup }) => {
    const others = tools.sites.setups.filter((one) => one.seatId !== seatId);
    return { ...tools, sites: { ...tools.sites, setups: [...others, { seatId, setup }] } };
  },
  classSpeakerChanged: (tools, { seatId, name }) => {
    const others = tools.sites.speakers.filter((one) => one.seatId !== seatId);
    const speakers = name === null ? others : [...others, { seatId, name }];
    return { ...tools, sites: { ...tools.sites, speakers } };
  },
  teacherNote: (tools, { note }) => {
    if (tools.sites.notes.some(({ noteId }) => noteId === note.noteId)) return tools;
    return { ...tools, sites: { ...tools.sites, notes: [...tools.sites.notes, note] } };
  },
  ownSiteChanged: (tools, { seatId }) => ({ ...tools, sites: { ...tools.sites, ownSite: seatId } }),
  /** The screen does as it is told; it says so itself. */
  siteOrder: (tools) => tools,
  wallChanged: (tools, { isOn }) => ({ ...tools, wall: { ...tools.wall, isOn } }),
  reported: (tools, { report }) => {
    const isKnown = tools.reports.some(({ reportId }) => reportId === report.reportId);
    const reports = isKnown
      ? tools.reports.map((one) => (one.reportId === report.reportId ? report : one))
      : [...tools.reports, report];
    return { ...tools, reports };
  },
  orderChanged: (tools, { order }) => ({ ...tools, order }),
  soundChanged: (tools, sound) => ({ ...tools, sound }),
  inkOpened: (tools, { isOpen }) => ({ ...tools, ink: { ...tools.ink, isOpen } }),
};

const isShown = (
  { page }: ClassTools,
  place: Pick<NonNullable<ClassTools['page']>, 'coursewareId' | 'page'>,
): boolean => page?.coursewareId === place.coursewareId && page.page === place.page;

/** What is left by the server's clock, never below nothing. */
export function countdownLeftMs(
  { endsAtMs, leftMs }: NonNullable<ClassTools['countdown']>,
  serverNowMs: number,
): number {
  return endsAtMs === null ? leftMs : Math.max(0, endsAtMs - serverNowMs);
}
