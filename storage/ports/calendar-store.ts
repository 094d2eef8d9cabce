import type { SchoolId, SpecialDayId, TermId } from '../../signaling/protocol/ids.ts';
import type { Period, SpecialDay, Term } from '../../signaling/protocol/rest/calendar.ts';

/**
 * The school's year. What changes it marks the schools concerned, whose lessons to come `TimetableStore.remakeDue` then brings in line.
 * Errors as in `DirectoryStore`.
 */
export interface CalendarStore {
  /** Of the school and of the district: terms and days by first date, periods by number. */
  terms(schoolId: SchoolId): Promise<Term[]>;
  specialDays(schoolId: SchoolId): Promise<SpecialDay[]>;
  periods(schoolId: SchoolId): Promise<Period[]>;

  term(termId: TermId): Promise<Term | undefined>;
  /** @throws AppError `conflict` when the school, or the district, has `MAX_TERMS` already. */
  createTerm(term: Omit<Term, 'termId'>): Promise<Term>;
  changeTerm(termId: TermId, change: Partial<Omit<Term, 'termId' | 'schoolId'>>): Promise<Term>;
  /** @throws AppError `invalidInput` while an entry of a timetable is held in it. */
  deleteTerm(termId: TermId): Promise<void>;

  specialDay(specialDayId: SpecialDayId): Promise<SpecialDay | undefined>;
  /** @throws AppError `conflict` when the school, or the district, has `MAX_SPECIAL_DAYS` already. */
  createSpecialDay(day: Omit<SpecialDay, 'specialDayId'>): Promise<SpecialDay>;
  deleteSpecialDay(specialDayId: SpecialDayId): Promise<void>;

  /** Replaces all. @throws AppError `invalidInput` when an entry of the timetable has a period that would be gone. */
  setPeriods(schoolId: SchoolId, periods: readonly Period[]): Promise<Period[]>;
}
