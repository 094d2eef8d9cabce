import { runStatements } from './run-statements.ts';

/** The school's year: terms, days that are not as the week has them, periods; and lessons that were changed by hand keep what they were given. */
export const calendar = runStatements([
  `create table terms (
    term_id text primary key,
    school_id text references schools,
    name text not null,
    first_date text not null,
    last_date text not null,
    check (last_date >= first_date)
  )`,
  `create table special_days (
    special_day_id text primary key,
    school_id text references schools,
    name text not null,
    first_date text not null,
    last_date text not null,
    follows_weekday smallint check (follows_weekday between 1 and 7),
    check (last_date >= first_date),
    check (follows_weekday is null or last_date = first_date)
  )`,
  `create index special_days_last_date on special_days (last_date)`,
  `create table periods (
    school_id text not null references schools,
    number smallint not null check (number > 0),
    start_time text not null,
    end_time text not null check (end_time > start_time),
    primary key (school_id, number)
  )`,
  // Schools whose lessons to come have to be brought in line with their calendar.
  `create table timetable_due (school_id text primary key references schools, since timestamptz not null)`,
  `alter table timetable_entries
    add column weeks text not null default 'all' check (weeks in ('all', 'odd', 'even')),
    add column term_id text references terms,
    add column period smallint,
    add constraint timetable_entries_period foreign key (school_id, period) references periods (school_id, number),
    alter column start_time drop not null,
    alter column end_time drop not null,
    alter column first_date drop not null,
    alter column last_date drop not null,
    add constraint timetable_entries_times check (num_nonnulls(start_time, end_time) = case when period is null then 2 else 0 end),
    add constraint timetable_entries_dates check (num_nonnulls(first_date, last_date) = case when term_id is null then 2 else 0 end)`,
  `create index timetable_entries_term on timetable_entries (term_id) where term_id is not null`,
  // The date that the entry has the lesson on, wherever it was moved to, and what was changed by hand.
  `alter table lessons
    add column entry_date text,
    add column own_fields jsonb not null default '[]'`,
  `update lessons l set entry_date = first.entry_date from (
      select distinct on (d.entry_id, d.entry_date) d.lesson_id, d.entry_date from (
        select m.lesson_id, m.entry_id, m.state, to_char(m.starts_at at time zone s.time_zone, 'YYYY-MM-DD') as entry_date
        from lessons m join schools s on s.school_id = m.school_id where m.entry_id is not null
      ) d order by d.entry_id, d.entry_date, d.state = 'cancelled', d.lesson_id
    ) first where first.lesson_id = l.lesson_id`,
  `drop index lessons_entry_key`,
  `create unique index lessons_entry_date_key on lessons (entry_id, entry_date) where entry_id is not null`,
]);
