import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ClassGroupId, PersonId } from '../../../../signaling/protocol/ids.ts';
import type { SchoolId } from '../../../../signaling/protocol/ids.ts';
import { MAX_CALENDAR_CHARACTERS, type CalendarLine } from '../../../../signaling/protocol/rest/calendar-feeds.ts';
import type { Me } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';

export interface ImportChoice {
  readonly lecturerId: string;
  readonly classGroupId: string;
  readonly overwritesEdited: boolean;
}

interface Wanted {
  readonly ics: string;
  readonly choice: ImportChoice;
}

/** What is under way; nothing may be chosen meanwhile. */
export type ImportStep = 'reading' | 'looking' | 'making';

const bodyOf = (schoolId: SchoolId, { ics, choice }: Wanted) => ({
  ...{ schoolId, ics, lecturerId: PersonId.parse(choice.lecturerId), overwritesEdited: choice.overwritesEdited },
  classGroupIds: choice.classGroupId === '' ? [] : [ClassGroupId.parse(choice.classGroupId)],
});

/** The file as text; `null` while none was read. */
function useCalendarFile(onRead: (ics: string) => void) {
  const [file, setFile] = useState<{ readonly ics: string; readonly name: string } | null>(null);
  const reading = useMutation({
    mutationFn: async (chosen: File) => ({ ics: await chosen.text(), name: chosen.name }),
    onSuccess: (read) => {
      setFile(read);
      onRead(read.ics);
    },
  });
  return { file, reading };
}

/** What the file does, or has done, and the way to both. */
function useOutcome(schoolId: SchoolId) {
  /** Of the file as it was looked at last: stays in sight while it is looked at again with another choice. */
  const [seen, setSeen] = useState<readonly CalendarLine[]>();
  const preview = useMutation({
    mutationFn: (wanted: Wanted) => callApi('previewCalendarImport', { body: bodyOf(schoolId, wanted) }),
    onSuccess: ({ lines }) => setSeen(lines),
  });
  /** Two presses may come before the page shows that the first has had an effect. */
  const isMaking = useRef(false);
  const make = useMutation({
    mutationFn: (wanted: Wanted) => callApi('importCalendar', { body: bodyOf(schoolId, wanted) }),
    onSuccess: () => setSeen(undefined),
    onSettled: () => {
      isMaking.current = false;
    },
  });
  return {
    ...{ preview, make },
    lines: make.data?.lines ?? preview.data?.lines ?? (preview.isPending ? seen : undefined),
    forget: (): void => setSeen(undefined),
    look: (wanted: Wanted): void => {
      make.reset();
      preview.reset();
      if (wanted.ics.length <= MAX_CALENDAR_CHARACTERS) preview.mutate(wanted);
    },
    run: (wanted: Wanted): void => {
      if (isMaking.current) return;
      isMaking.current = true;
      make.mutate(wanted);
    },
  };
}

/** Looks at the file whenever it or what goes with it changes, and imports it as it was looked at. */
export function useCalendarImport(me: Me, schoolId: SchoolId, teachers: readonly { readonly personId: PersonId }[]) {
  const isTeacher = me.roles.some(({ role }) => role === 'teacher');
  const [choice, setChoice] = useState<ImportChoice>({
    ...{ lecturerId: isTeacher ? me.personId : '', classGroupId: '', overwritesEdited: false },
  });
  const lecturerId = choice.lecturerId === '' ? (teachers[0]?.personId ?? me.personId) : choice.lecturerId;
  const current = { ...choice, lecturerId };
  const { preview, make, lines, forget, look, run } = useOutcome(schoolId);
  const { file, reading } = useCalendarFile((ics) => {
    forget();
    look({ ics, choice: current });
  });
  const steps = [
    [make, 'making'],
    [preview, 'looking'],
    [reading, 'reading'],
  ] as const;
  const step: ImportStep | null = steps.find(([{ isPending }]) => isPending)?.[1] ?? null;
  return {
    ...{ current, file, step, lines },
    isDone: make.data !== undefined,
    error: make.error ?? preview.error,
    isUnseen: preview.isError,
    isUnreadable: reading.isError,
    isTooLarge: file !== null && file.ics.length > MAX_CALENDAR_CHARACTERS,
    choose: (next: ImportChoice): void => {
      setChoice(next);
      if (file !== null) look({ ics: file.ics, choice: next });
    },
    read: (chosen: File): void => reading.mutate(chosen),
    lookAgain: (): void => {
      if (file !== null) look({ ics: file.ics, choice: current });
    },
    run: (): void => {
      if (file !== null && step === null) run({ ics: file.ics, choice: current });
    },
  };
}
