import type { classToolRequests } from '../protocol/class-tools.ts';
import { isTeacherSeat } from '../protocol/seats.ts';
import type { RoomHandlers } from './bind.ts';
import type { RoomPeer } from './room-peer.ts';
import { siteHandlers } from './site-handlers.ts';

const done = {};

/** Questions, random pick, countdown, answering race and pages. */
export const classToolHandlers: Pick<RoomHandlers<RoomPeer>, keyof typeof classToolRequests> = {
  ...siteHandlers,

  preparePoll: async ({ requestId, question }, { room, seat }) => ({
    pollId: await room.parts.tools.polls.prepare(seat, requestId, question),
  }),
  askPoll: async ({ requestId, question }, { room, seat }) => ({
    pollId: await room.parts.tools.polls.ask(seat, requestId, question),
  }),
  openPoll: async ({ pollId }, { room }) => {
    await room.parts.tools.polls.open(pollId);
    return done;
  },
  closePoll: async ({ pollId }, { room }) => {
    await room.parts.tools.polls.close(pollId);
    return done;
  },
  publishPoll: async ({ pollId }, { room }) => {
    await room.parts.tools.polls.publish(pollId);
    return done;
  },
  removePoll: async ({ pollId }, { room }) => {
    await room.parts.tools.polls.remove(pollId);
    return done;
  },
  hidePoll: async (_params, { room }) => {
    await room.parts.tools.polls.hide();
    return done;
  },
  pollAnswers: ({ pollId }, { room }) => room.parts.tools.polls.answers(pollId),
  pastQuestions: async (_params, { room, seat }) => ({ questions: await room.parts.tools.polls.pastQuestions(seat) }),
  answerPoll: async ({ requestId, pollId, answer }, { room, seat }) => {
    if (answer.text !== null) await room.parts.tools.words.assertAllowed(answer.text);
    return { answer: await room.parts.tools.polls.answer(seat, requestId, pollId, answer) };
  },

  pickSomebody: ({ requestId, among }, { room }) => ({ pick: room.parts.tools.pick.pick(requestId, among) }),
  clearPick: (_params, { room }) => {
    room.parts.tools.pick.clear();
    return done;
  },

  startCountdown: ({ durationMs, sounds }, { room }) => {
    room.parts.tools.countdown.start(durationMs, sounds);
    return done;
  },
  setCountdownPaused: ({ paused }, { room }) => {
    room.parts.tools.countdown.setPaused(paused);
    return done;
  },
  stopCountdown: (_params, { room }) => {
    room.parts.tools.countdown.stop();
    return done;
  },

  showPage: async ({ coursewareId, page }, { room }) => {
    await room.parts.tools.pages.show(coursewareId, page);
    return done;
  },
  hidePage: (_params, { room }) => {
    room.parts.tools.pages.hide();
    return done;
  },

  drawInk: async ({ coursewareId, page, ...drawn }, { room, seat }) => {
    if (drawn.text === undefined) room.seatOrders.assertMayWrite(seat);
    else await room.seatOrders.assertMayWriteWords(seat, drawn.text);
    room.parts.tools.ink.draw({ coursewareId, page }, { ...drawn, seatId: seat.seatId });
    return done;
  },
  undoInk: ({ strokeId, ...place }, { room, seat }) => {
    room.seatOrders.assertMayWrite(seat);
    const { seatId, kind } = seat;
    room.parts.tools.ink.undo(place, strokeId, { seatId, isTeacher: isTeacherSeat(kind) });
    return done;
  },
  clearInk: (place, { room }) => {
    room.parts.tools.ink.clear(place);
    return done;
  },
  setInkOpen: ({ isOpen }, { room }) => {
    room.parts.tools.ink.setOpen(isOpen);
    return done;
  },

  setWall: async ({ isOn }, { room }) => {
    await room.parts.tools.wall.setOn(isOn);
    return done;
  },

  setRules: (rules, { room }) => {
    room.parts.tools.rules.set(rules);
    return done;
  },
  openMicrophone: ({ seatId }, { room }) => {
    room.teacherOrders.openMicrophone(seatId);
    return done;
  },
  handOver: ({ seatId }, { room }) => {
    room.parts.tools.lead.handOver(seatId);
    return done;
  },
  appointCoTeacher: ({ seatId }, { room }) => {
    room.parts.tools.lead.appoint(seatId);
    return done;
  },
  report: async ({ target, reason }, { room, seat }) => {
    await room.parts.tools.reports.report(seat, target, reason);
    return done;
  },
  seeReport: ({ reportId }, { room, seat }) => {
    room.parts.tools.reports.see(seat, reportId);
    return done;
  },
  takeOver: (_params, { room, seat }) => {
    room.parts.tools.lead.takeOver(seat);
    return done;
  },

  reportSound: (measured, { room, seat }) => {
    room.parts.tools.sound.report(seat, measured);
    return done;
  },
  reportEcho: ({ seatId }, { room, seat }) => {
    room.teacherOrders.reportEcho(seat, seatId);
    return done;
  },
  letEchoGo: ({ seatId }, { room }) => {
    room.teacherOrders.letEchoGo(seatId);
    return done;
  },

  startRace: ({ requestId, leadMs }, { room }) => ({ raceId: room.parts.tools.race.start(requestId, leadMs) }),
  endRace: (_params, { room }) => {
    room.parts.tools.race.end();
    return done;
  },
  pressRace: ({ raceId }, { room, seat }) => ({ outcome: room.parts.tools.race.press(seat, raceId) }),
};
