import * as z from 'zod';
import type { Stores } from '../../storage/ports.ts';
import { LessonId, MessageId, PersonId, PollId, RecordingId, ReportId, RequestId, SeatId } from '../protocol/ids.ts';
import { ChatMessage } from '../protocol/room.ts';
import { AnswerRecord, PollRecord } from '../rooms/poll-record.ts';
import type { Writer } from './durable-writes.ts';

const writer = <Args>(args: z.ZodType<Args>, write: (args: Args) => Promise<unknown>): Writer<Args> => ({
  args,
  write: async (given) => {
    await write(given);
  },
});

const reportWriter = ({ reports }: Pick<Stores, 'reports'>) =>
  writer(
    z.object({
      ...{ reportId: ReportId, lessonId: LessonId, reason: z.string(), reportedAtMs: z.int() },
      ...{ reporterSeatId: SeatId, reporterName: z.string(), aboutSeatId: SeatId, aboutName: z.string() },
      message: z.object({ messageId: MessageId, text: z.string(), sentAtMs: z.int() }).nullable(),
    }),
    (report) => reports.add(report),
  );

const activityWriter = ({ activity }: Pick<Stores, 'activity'>) =>
  writer(
    z.object({
      seats: z.array(
        z.object({
          seatId: SeatId,
          talkedMs: z.int(),
          handsRaised: z.int(),
          lineMs: z.int(),
          poorLineMs: z.int(),
          lineScoreMs: z.int(),
        }),
      ),
    }),
    ({ seats: done }) => activity.save(done),
  );

/** Everything a room writes, each so that carrying it out twice does no harm. */
export function createRoomWriters(stores: Stores) {
  const { lessons, seats, attendance, chat, polls, recordings } = stores;
  const seat = z.object({ lessonId: LessonId, seatId: SeatId, atMs: z.int() });
  return {
    markAdmitted: writer(seat.omit({ lessonId: true }), ({ seatId, atMs }) => seats.markAdmitted(seatId, atMs)),
    keepOut: writer(seat.pick({ seatId: true }), ({ seatId }) => seats.setKeptOut(seatId, true)),
    lessonLive: writer(seat.omit({ seatId: true }), ({ lessonId, atMs }) => lessons.start(lessonId, atMs)),
    lessonEnded: writer(seat.omit({ seatId: true }), async ({ lessonId, atMs }) => {
      await lessons.end(lessonId, atMs);
      await attendance.allLeft(lessonId, atMs);
      await polls.forgetBallots(lessonId);
    }),
    chat: writer(
      z.object({ lessonId: LessonId, requestId: RequestId, message: ChatMessage }),
      ({ lessonId, requestId, message }) => chat.append({ ...message, lessonId, requestId }),
    ),
    poll: writer(z.object({ lessonId: LessonId, poll: PollRecord }), ({ lessonId, poll }) =>
      polls.save(lessonId, poll),
    ),
    pollRemoved: writer(z.object({ pollId: PollId }), ({ pollId }) => polls.remove(pollId)),
    pollAnswer: writer(AnswerRecord, (answer) => polls.saveAnswer(answer)),
    report: reportWriter(stores),
    joined: writer(seat, (stay) => attendance.joined(stay)),
    left: writer(seat, ({ seatId, atMs }) => attendance.left(seatId, atMs)),
    roll: writer(
      z.object({
        lessonId: LessonId,
        marks: z.array(z.object({ personId: PersonId, state: z.enum(['present', 'late', 'absent']) })),
      }),
      ({ lessonId, marks }) => attendance.saveRoll(lessonId, marks),
    ),
    activity: activityWriter(stores),
    recordingOpened: writer(
      z.object({
        recordingId: RecordingId,
        lessonId: LessonId,
        title: z.string(),
        startedAtUnixUs: z.int(),
        allowsDownload: z.boolean(),
      }),
      (recording) => recordings.create(recording),
    ),
    recordingEnded: writer(z.object({ recordingId: RecordingId, endedAtMs: z.int() }), ({ recordingId, endedAtMs }) =>
      recordings.markFinishing(recordingId, endedAtMs),
    ),
  };
}

export type RoomWriters = ReturnType<typeof createRoomWriters>;
