import { runStatements } from './run-statements.ts';

/** Lessons, who sits in them, what was said, and the recordings of them. */
export const lessons = runStatements([
  `create table timetable_entries (
    entry_id text primary key,
    school_id text not null references schools,
    kind text not null check (kind in ('live', 'sky', 'meeting')),
    title text not null,
    subject text,
    lecturer_id text not null references persons,
    weekday smallint not null check (weekday between 1 and 7),
    start_time text not null,
    end_time text not null,
    first_date text not null,
    last_date text not null
  )`,
  `create index timetable_entries_school on timetable_entries (school_id)`,
  `create table timetable_class_groups (
    entry_id text not null references timetable_entries on delete cascade,
    class_group_id text not null references class_groups,
    primary key (entry_id, class_group_id)
  )`,
  `create table timetable_classrooms (
    entry_id text not null references timetable_entries on delete cascade,
    classroom_id text not null references classrooms,
    primary key (entry_id, classroom_id)
  )`,
  `create table lessons (
    lesson_id text primary key,
    kind text not null check (kind in ('live', 'sky', 'meeting')),
    title text not null,
    subject text,
    school_id text not null references schools,
    lecturer_id text not null references persons,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    state text not null check (state in ('scheduled', 'live', 'ended', 'cancelled')),
    started_at timestamptz,
    ended_at timestamptz,
    is_recorded boolean not null,
    entry_id text references timetable_entries on delete set null,
    constraint lessons_times check (ends_at > starts_at)
  )`,
  `create unique index lessons_entry_key on lessons (entry_id, starts_at) where entry_id is not null`,
  `create index lessons_starts_at on lessons (starts_at)`,
  `create index lessons_school on lessons (school_id, starts_at)`,
  `create index lessons_lecturer on lessons (lecturer_id, starts_at)`,
  `create index lessons_live on lessons (lesson_id) where state = 'live'`,
  `create table lesson_co_teachers (
    lesson_id text not null references lessons on delete cascade,
    person_id text not null references persons,
    primary key (lesson_id, person_id)
  )`,
  `create index lesson_co_teachers_person on lesson_co_teachers (person_id)`,
  `create table lesson_class_groups (
    lesson_id text not null references lessons on delete cascade,
    class_group_id text not null references class_groups,
    primary key (lesson_id, class_group_id)
  )`,
  `create index lesson_class_groups_class_group on lesson_class_groups (class_group_id)`,
  `create table lesson_classrooms (
    lesson_id text not null references lessons on delete cascade,
    classroom_id text not null references classrooms,
    primary key (lesson_id, classroom_id)
  )`,
  `create index lesson_classrooms_classroom on lesson_classrooms (classroom_id)`,
  `create table invitations (
    invitation_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    token_hash text not null unique,
    label text not null,
    seat text not null check (seat in ('guardian', 'guest')),
    ward_id text references persons,
    created_by text not null references persons,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    max_uses integer check (max_uses > 0),
    revoked_at timestamptz
  )`,
  `create index invitations_lesson on invitations (lesson_id)`,
  `create table invitation_uses (
    invitation_id text not null references invitations on delete cascade,
    guest_key_hash text not null,
    primary key (invitation_id, guest_key_hash)
  )`,
  `create table seats (
    seat_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    person_id text references persons,
    site_id text references sites,
    guest_key_hash text,
    invitation_id text references invitations,
    seat text not null,
    display_name text not null,
    school_name text,
    ward_name text,
    created_at timestamptz not null,
    admitted_at timestamptz,
    is_kept_out boolean not null default false,
    constraint seats_holder check (num_nonnulls(person_id, site_id, guest_key_hash) = 1),
    constraint seats_guest check ((guest_key_hash is null) = (invitation_id is null)),
    constraint seats_person_key unique (lesson_id, person_id),
    constraint seats_site_key unique (lesson_id, site_id),
    constraint seats_guest_key unique (lesson_id, guest_key_hash)
  )`,
  `create table stays (
    lesson_id text not null references lessons on delete cascade,
    seat_id text not null references seats on delete cascade,
    joined_at timestamptz not null,
    left_at timestamptz,
    primary key (seat_id, joined_at)
  )`,
  `create unique index stays_open_key on stays (seat_id) where left_at is null`,
  `create index stays_lesson on stays (lesson_id, joined_at)`,
  `create table roll_marks (
    lesson_id text not null references lessons on delete cascade,
    person_id text not null references persons,
    state text not null check (state in ('present', 'late', 'absent')),
    primary key (lesson_id, person_id)
  )`,
  `create table chat_messages (
    message_id text primary key,
    lesson_id text not null references lessons on delete cascade,
    seat_id text not null references seats on delete cascade,
    request_id text not null,
    display_name text not null,
    seat text not null,
    body text not null,
    sent_at timestamptz not null,
    constraint chat_messages_request_key unique (seat_id, request_id),
    constraint chat_messages_order_key unique (lesson_id, sent_at)
  )`,
  `create table recordings (
    recording_id text primary key,
    lesson_id text not null references lessons,
    title text not null,
    phase text not null check (phase in ('recording', 'finishing', 'playable', 'producing', 'ready', 'failed')),
    started_at_unix_us bigint not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    duration_ms bigint,
    views_index_key text,
    film jsonb,
    progress double precision,
    seconds_left double precision,
    failure text,
    allows_download boolean not null,
    visibility text not null check (visibility in ('lesson', 'school', 'district'))
  )`,
  `create index recordings_lesson on recordings (lesson_id)`,
  `create index recordings_started_at on recordings (started_at desc)`,
  `create index recordings_unfinished on recordings (recording_id) where phase not in ('ready', 'failed')`,
  `create table playback_positions (
    person_id text not null references persons on delete cascade,
    recording_id text not null references recordings on delete cascade,
    position_ms bigint not null,
    saved_at timestamptz not null,
    primary key (person_id, recording_id)
  )`,
]);
