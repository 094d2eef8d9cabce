import * as z from 'zod';
import { route } from '../define.ts';
import { PersonId, RecordingId, RemarkId } from '../ids.ts';
import { TimelineNumber } from './recordings.ts';
import { Nothing } from './shapes.ts';

/**
 * What is said about an instant of a recording.
 *
 * - `note`: seen by its author alone.
 * - `question`: of a pupil; seen by the pupil's own class and by the teachers of the lesson, who answer.
 * - `observation`: of a colleague who studies the lesson (听课评课); seen by teachers and administrators, never by pupils or guardians.
 */
export const RemarkKind = z.enum(['note', 'question', 'observation']);
export type RemarkKind = z.infer<typeof RemarkKind>;

/** 亮点 · 建议 · 疑问 */
export const ObservationVerdict = z.enum(['strength', 'suggestion', 'doubt']);
export type ObservationVerdict = z.infer<typeof ObservationVerdict>;

/** 教学目标 · 教学内容 · 教学方法 · 师生互动 · 教学效果 */
export const ObservationAspect = z.enum(['goals', 'content', 'method', 'interaction', 'outcome']);
export type ObservationAspect = z.infer<typeof ObservationAspect>;

const RemarkText = z.string().trim().min(1).max(500);
/** Play time, ms. */
const AtMs = z.int().min(0).max(86_400_000);
const Said = { atMs: AtMs, timeline: TimelineNumber.optional(), text: RemarkText };

export const Remark = z.object({
  remarkId: RemarkId,
  kind: RemarkKind,
  /** Null: the instant is cut out of what is shown. Told to its author and to whoever leads the lesson alone. */
  atMs: z.int().nullable(),
  text: z.string(),
  /** Only of an observation. */
  verdict: ObservationVerdict.nullable(),
  aspect: ObservationAspect.nullable(),
  authorId: PersonId,
  authorName: z.string(),
  /** The class of a question, the school of an observer. */
  authorPlace: z.string().nullable(),
  createdAtMs: z.int(),
  mayChange: z.boolean(),
  mayDelete: z.boolean(),
  mayAnswer: z.boolean(),
  answers: z.array(
    z.object({
      authorId: PersonId,
      authorName: z.string(),
      text: z.string(),
      answeredAtMs: z.int(),
      isMine: z.boolean(),
    }),
  ),
});
export type Remark = z.infer<typeof Remark>;

const recordingParams = z.object({ recordingId: RecordingId });
const remarkParams = z.object({ recordingId: RecordingId, remarkId: RemarkId });
const teachers = ['teacher', 'schoolAdmin', 'districtAdmin'] as const;

export const remarkRoutes = {
  listRemarks: route({
    method: 'GET',
    path: '/recordings/{recordingId}/remarks',
    summary: 'Notes, questions and observations that the person may see, in order of play time',
    access: ['person'],
    params: recordingParams,
    query: z.object({ timeline: z.coerce.number().pipe(TimelineNumber).optional() }),
    reply: z.object({ remarks: z.array(Remark), mayAsk: z.boolean(), mayObserve: z.boolean() }),
    errors: ['notFound', 'invalidInput'],
  }),
  createRemark: route({
    method: 'POST',
    path: '/recordings/{recordingId}/remarks',
    summary: 'Note, ask or observe',
    access: ['person'],
    params: recordingParams,
    body: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('note'), ...Said }),
      z.object({ kind: z.literal('question'), ...Said }),
      z.object({
        kind: z.literal('observation'),
        ...Said,
        verdict: ObservationVerdict,
        aspect: ObservationAspect.nullable(),
      }),
    ]),
    reply: Remark,
    status: 201,
    errors: ['forbidden', 'notFound', 'invalidInput', 'tooManyRequests'],
  }),
  changeRemark: route({
    method: 'PATCH',
    path: '/recordings/{recordingId}/remarks/{remarkId}',
    summary: 'Put it in other words; only the author',
    access: ['person'],
    params: remarkParams,
    body: z.object({ text: RemarkText }),
    reply: Remark,
    errors: ['forbidden', 'notFound', 'invalidInput'],
  }),
  deleteRemark: route({
    method: 'DELETE',
    path: '/recordings/{recordingId}/remarks/{remarkId}',
    summary: 'Take it back; a question also by the teachers of the lesson',
    access: ['person'],
    params: remarkParams,
    reply: Nothing,
    errors: ['forbidden', 'notFound'],
  }),
  answerQuestion: route({
    method: 'PUT',
    path: '/recordings/{recordingId}/remarks/{remarkId}/answer',
    summary: 'The own answer to a question; an empty one takes it back',
    access: teachers,
    params: remarkParams,
    body: z.object({ text: z.string().trim().max(1000) }),
    reply: Remark,
    errors: ['forbidden', 'notFound', 'invalidInput'],
  }),
} as const;
