import type { ImportedLesson, Lesson, LessonChange, OwnField, RevisedEvent } from '../../storage/ports.ts';
import type { ClassGroupId, PersonId, SchoolId } from '../protocol/ids.ts';
import type { ProblemCode } from '../protocol/problems.ts';
import type { CalendarLine } from '../protocol/rest/calendar-feeds.ts';
import type { ReadCancellation, ReadLesson, ReadProblem } from './read-icalendar.ts';

export interface CalendarImport {
  readonly schoolId: SchoolId;
  readonly ics: string;
  /** Who holds what names nobody else. */
  readonly lecturer: Lecturer;
  readonly classGroupIds: readonly ClassGroupId[];
  /** An administrator gives lessons to the teachers whom the file names, and changes theirs. */
  readonly isAdmin: boolean;
  /** Whether lessons that were changed by hand follow the file too. */
  readonly overwritesEdited: boolean;
  readonly mayKnow: (schoolId: SchoolId) => boolean;
  readonly nowMs: number;
}

export interface Lecturer {
  readonly personId: PersonId;
  readonly displayName: string;
}

/** What an import does for a line. `revised`: how the file names it by now, and in which revision. */
export type Step =
  | {
      readonly does: 'make';
      readonly event: ReadLesson;
      readonly lecturer: Lecturer;
      /** Cancelled by a file before. */
      readonly known: ImportedLesson | undefined;
    }
  | {
      readonly does: 'change';
      readonly known: ImportedLesson;
      readonly change: LessonChange;
      readonly revised: RevisedEvent;
    }
  | { readonly does: 'cancel'; readonly known: ImportedLesson; readonly revised: RevisedEvent }
  | { readonly does: 'revise'; readonly known: ImportedLesson; readonly revised: RevisedEvent }
  | { readonly does: 'nothing' };

export interface PlannedLine {
  readonly line: CalendarLine;
  readonly step: Step;
}

type Revision = Pick<RevisedEvent, 'sequence'>;

const NOTHING: Step = { does: 'nothing' };
/** What a file says of a lesson. Classes and classrooms are given here alone: who adds one has not taken the lesson out of its file's hands. */
const FILE_FIELDS: readonly OwnField[] = ['times', 'title', 'subject', 'lecturer'];

const problem = (code: ProblemCode): CalendarLine['problems'] => [{ code, values: {} }];
const isEdited = ({ ownFields }: Lesson): boolean => ownFields.some((field) => FILE_FIELDS.includes(field));
const isManaged = ({ lecturerId }: Lesson, { isAdmin, lecturer }: CalendarImport): boolean =>
  isAdmin || lecturerId === lecturer.personId;

export const isToCome = ({ state, startsAtMs }: Lesson, nowMs: number): boolean =>
  (state === 'scheduled' || state === 'cancelled') && startsAtMs > nowMs;

/**
 * The file was written before the one that the lesson is as (RFC 5545, 3.8.7.4). Programs count single occurrences apart from their series, so that a newer
 * file can look older; whoever knows that it is not says so.
 */
const isOlder = (event: Revision, known: ImportedLesson, { overwritesEdited }: CalendarImport): boolean =>
  event.sequence < known.sequence && !overwritesEdited;

/** Why the lesson does not follow its file; null when it does. */
function refusalOf(event: Revision, known: ImportedLesson, wanted: CalendarImport): ProblemCode | null {
  const { lesson } = known;
  if (!isToCome(lesson, wanted.nowMs)) return 'calendarBegun';
  if (isOlder(event, known, wanted)) return 'calendarOlder';
  if (lesson.state === 'cancelled') return 'calendarCancelledHere';
  if (!isManaged(lesson, wanted)) return 'calendarOthersLesson';
  return isEdited(lesson) && !wanted.overwritesEdited ? 'calendarEdited' : null;
}

/** A file had cancelled it, and has it again. */
const isTakenBack = (event: Revision, known: ImportedLesson, wanted: CalendarImport): boolean =>
  known.isCancelledByFile &&
  known.lesson.state === 'cancelled' &&
  isManaged(known.lesson, wanted) &&
  !isOlder(event, known, wanted);

/** What stays as it is may have another name in the file by now, or a later revision. */
function revision({ uid, occurrence, sequence }: RevisedEvent, known: ImportedLesson, wanted: CalendarImport): Step {
  const isAsKnown = known.occurrence === occurrence && known.sequence === sequence;
  if (isAsKnown || isOlder({ sequence }, known, wanted) || !isManaged(known.lesson, wanted)) return NOTHING;
  return { does: 'revise', known, revised: { uid, occurrence, sequence } };
}

/** What becomes of one lesson of the file. */
export function lessonVerdict(
  event: ReadLesson,
  known: ImportedLesson | undefined,
  lecturer: Lecturer,
  wanted: CalendarImport,
): PlannedLine {
  const { uid, title, subject, startsAtMs, endsAtMs } = event;
  const line = { uid, title, subject, startsAtMs, endsAtMs, startText: null, before: null, problems: [] };
  if (known === undefined || isTakenBack(event, known, wanted)) {
    const lecturerName = lecturer.displayName;
    return { line: { ...line, lecturerName, state: 'new' }, step: { does: 'make', event, lecturer, known } };
  }
  const { lesson } = known;
  const isOwn = isManaged(lesson, wanted);
  const lecturerName = isOwn ? lesson.lecturerName : lecturer.displayName;
  const change = changeOf(lesson, event);
  if (change === null && lesson.state !== 'cancelled') {
    return { line: { ...line, lecturerName, state: 'unchanged' }, step: revision(event, known, wanted) };
  }
  const refusal = refusalOf(event, known, wanted);
  if (refusal !== null || change === null) {
    const problems = problem(refusal ?? 'calendarCancelledHere');
    // It is not as this revision has it: that stays to be done.
    const named = revision({ ...event, sequence: known.sequence }, known, wanted);
    const step = isOlder(event, known, wanted) ? NOTHING : named;
    return { line: { ...line, lecturerName, state: 'kept', problems }, step };
  }
  const problems = isEdited(lesson) ? problem('calendarOverwrites') : [];
  return {
    line: { ...line, lecturerName, state: 'changed', before: factsOf(lesson), problems },
    step: { does: 'change', known, change, revised: event },
  };
}

/** What becomes of a lesson whose event does not take place; null for what is over. */
export function cancellationVerdict(
  event: ReadCancellation,
  known: ImportedLesson,
  wanted: CalendarImport,
): PlannedLine | null {
  const { lesson } = known;
  if (!isToCome(lesson, wanted.nowMs)) return null;
  // What another teacher's lesson is, a file that names it tells nobody.
  const shown = isManaged(lesson, wanted)
    ? { ...factsOf(lesson), lecturerName: lesson.lecturerName, startText: null }
    : { ...nameOf(event), lecturerName: wanted.lecturer.displayName };
  const line = { ...shown, uid: event.uid, before: null, problems: [] };
  const revised = { uid: known.uid, occurrence: known.occurrence, sequence: event.sequence };
  if (lesson.state === 'cancelled') {
    return { line: { ...line, state: 'unchanged' }, step: revision(revised, known, wanted) };
  }
  const refusal = refusalOf(event, known, wanted);
  if (refusal !== null) return { line: { ...line, state: 'kept', problems: problem(refusal) }, step: NOTHING };
  const problems = isEdited(lesson) ? problem('calendarOverwrites') : [];
  return { line: { ...line, state: 'cancelled', problems }, step: { does: 'cancel', known, revised } };
}

export function problemVerdict(event: ReadProblem, { lecturer }: CalendarImport): PlannedLine {
  const { code, values } = event.problem;
  const line: CalendarLine = {
    ...{ ...nameOf(event), uid: event.uid, lecturerName: lecturer.displayName },
    ...{ state: 'unreadable', before: null, problems: [{ code, values: { ...values } }] },
  };
  return { line, step: NOTHING };
}

const nameOf = ({ title, startsAtMs, startText }: ReadCancellation | ReadProblem) => ({
  ...{ title, startsAtMs, startText },
  ...{ subject: null, endsAtMs: null },
});

const factsOf = ({ title, subject, startsAtMs, endsAtMs }: Lesson) => ({ title, subject, startsAtMs, endsAtMs });

/** Null when the lesson is as the file has it. */
export function changeOf(lesson: Lesson, event: ReadLesson): LessonChange | null {
  const { title, subject, startsAtMs, endsAtMs } = event;
  const isMoved = startsAtMs !== lesson.startsAtMs || endsAtMs !== lesson.endsAtMs;
  const change: LessonChange = {
    ...(title === lesson.title ? {} : { title }),
    ...(subject === lesson.subject ? {} : { subject }),
    ...(isMoved ? { startsAtMs, endsAtMs } : {}),
  };
  return Object.keys(change).length === 0 ? null : change;
}
