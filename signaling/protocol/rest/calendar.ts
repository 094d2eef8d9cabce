import * as z from 'zod';
import { route } from '../define.ts';
import { SchoolId, SpecialDayId, TermId } from '../ids.ts';
import { changeOf, DisplayName, LocalDate, LocalTime, Nothing, Weekday } from './shapes.ts';

/**
 * The school's year: terms 学期, days that are not as the week has them (holidays, make-up days 调休), and the periods 课节 of a day. Terms
 * and days of the district (`schoolId` null) hold for every school.
 */
const admins = ['schoolAdmin', 'districtAdmin'] as const;
const wrong = ['invalidInput', 'forbidden', 'notFound', 'conflict'] as const;

export const Term = z.object({
  termId: TermId,
  schoolId: SchoolId.nullable(),
  name: z.string(),
  firstDate: LocalDate,
  lastDate: LocalDate,
});
export type Term = z.infer<typeof Term>;

/** A school's own day counts before the district's, and a make-up day before a holiday around it. */
export const SpecialDay = z.object({
  specialDayId: SpecialDayId,
  schoolId: SchoolId.nullable(),
  name: z.string(),
  firstDate: LocalDate,
  lastDate: LocalDate,
  /** The weekday whose timetable is held on that one day; null: a holiday, no lessons. */
  followsWeekday: Weekday.nullable(),
});
export type SpecialDay = z.infer<typeof SpecialDay>;

export const MAX_PERIODS = 16;
/** Of a school, or of the district: those of more than ten years. Each date of each entry of a timetable is held against all days. */
export const MAX_TERMS = 60;
export const MAX_SPECIAL_DAYS = 200;

/** In the school's local time. */
export const Period = z.object({ number: z.int().min(1).max(MAX_PERIODS), startTime: LocalTime, endTime: LocalTime });
export type Period = z.infer<typeof Period>;

export const SchoolCalendar = z.object({
  /** By first date. */
  terms: z.array(Term),
  specialDays: z.array(SpecialDay),
  periods: z.array(Period),
  /** Schools that are paired with it, in either direction, and their rhythm of the day. */
  partners: z.array(z.object({ schoolId: SchoolId, name: z.string(), timeZone: z.string(), periods: z.array(Period) })),
});
export type SchoolCalendar = z.infer<typeof SchoolCalendar>;

const TermFacts = z.object({ name: DisplayName, firstDate: LocalDate, lastDate: LocalDate });
const termParams = z.object({ termId: TermId });

export const calendarRoutes = {
  getSchoolCalendar: route({
    method: 'GET',
    path: '/calendar',
    summary: 'Terms, holidays, make-up days and periods of a school, and the periods of its partners',
    access: ['teacher', ...admins],
    query: z.object({ schoolId: SchoolId }),
    reply: SchoolCalendar,
    errors: ['forbidden'],
  }),
  createTerm: route({
    method: 'POST',
    path: '/calendar/terms',
    summary: 'Add a term, of a school or of the district (`schoolId` null)',
    access: admins,
    body: TermFacts.extend({ schoolId: SchoolId.nullable() }),
    reply: Term,
    status: 201,
    errors: wrong,
  }),
  changeTerm: route({
    method: 'PATCH',
    path: '/calendar/terms/{termId}',
    summary: 'Change a term, and with it the future lessons of what is held in it',
    access: admins,
    params: termParams,
    body: changeOf(TermFacts),
    reply: Term,
    errors: wrong,
  }),
  deleteTerm: route({
    method: 'DELETE',
    path: '/calendar/terms/{termId}',
    summary: 'Delete a term that no timetable entry is held in',
    access: admins,
    params: termParams,
    reply: Nothing,
    errors: wrong,
  }),
  createSpecialDay: route({
    method: 'POST',
    path: '/calendar/special-days',
    summary: 'Add a holiday, or a make-up day that follows the timetable of another weekday',
    access: admins,
    body: SpecialDay.omit({ specialDayId: true }).extend({ name: DisplayName }),
    reply: SpecialDay,
    status: 201,
    errors: wrong,
  }),
  deleteSpecialDay: route({
    method: 'DELETE',
    path: '/calendar/special-days/{specialDayId}',
    summary: 'Delete a holiday or a make-up day',
    access: admins,
    params: z.object({ specialDayId: SpecialDayId }),
    reply: Nothing,
    errors: wrong,
  }),
  setPeriods: route({
    method: 'PUT',
    path: '/schools/{schoolId}/periods',
    summary: 'The periods of a school day, all at once; entries of the timetable follow their period',
    access: admins,
    params: z.object({ schoolId: SchoolId }),
    body: z.object({ periods: z.array(Period).max(MAX_PERIODS) }),
    reply: z.object({ periods: z.array(Period) }),
    errors: wrong,
  }),
} as const;
