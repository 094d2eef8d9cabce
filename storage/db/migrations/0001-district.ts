import { runStatements } from './run-statements.ts';

/** The directory: who there is, where, and who signs in. */
export const district = runStatements([
  `create table district (
    only_one boolean primary key default true check (only_one),
    name text not null
  )`,
  `create table schools (
    school_id text primary key,
    name text not null,
    short_name text not null default '',
    region text not null default '',
    time_zone text not null,
    settings jsonb not null default '{}',
    constraint schools_name_key unique (name)
  )`,
  `create table class_groups (
    class_group_id text primary key,
    school_id text not null references schools,
    grade text not null,
    name text not null,
    full_name text not null generated always as (case when starts_with(name, grade) then name else grade || name end) stored,
    deleted_at timestamptz
  )`,
  `create unique index class_groups_name_key on class_groups (school_id, grade, name) where deleted_at is null`,
  `create table persons (
    person_id text primary key,
    account text not null check (account = lower(account)),
    display_name text not null,
    school_id text references schools,
    class_group_id text references class_groups,
    student_number text,
    password_hash text not null,
    must_change_password boolean not null,
    is_active boolean not null default true,
    constraint persons_account_key unique (account)
  )`,
  `create unique index persons_student_number_key on persons (school_id, student_number) where student_number is not null`,
  `create index persons_school on persons (school_id, display_name)`,
  `create index persons_class_group on persons (class_group_id) where class_group_id is not null`,
  `create table role_grants (
    person_id text not null references persons on delete cascade,
    role text not null check (role in ('districtAdmin', 'schoolAdmin', 'teacher', 'student', 'guardian')),
    school_id text references schools
  )`,
  `create unique index role_grants_key on role_grants (person_id, role, coalesce(school_id, ''))`,
  `create index role_grants_role on role_grants (role, school_id)`,
  `create table guardianships (
    guardian_id text not null references persons on delete cascade,
    ward_id text not null references persons on delete cascade,
    primary key (guardian_id, ward_id),
    check (guardian_id <> ward_id)
  )`,
  `create index guardianships_ward on guardianships (ward_id)`,
  `create table classrooms (
    classroom_id text primary key,
    school_id text not null references schools,
    name text not null,
    deleted_at timestamptz
  )`,
  `create unique index classrooms_name_key on classrooms (school_id, name) where deleted_at is null`,
  `create table sites (
    site_id text primary key,
    classroom_id text not null unique references classrooms,
    code_hash text unique,
    code_expires_at timestamptz,
    enrolled_at timestamptz,
    last_seen_at timestamptz,
    health jsonb not null default '{}'
  )`,
  `create table pairings (
    pairing_id text primary key,
    lecturing_school_id text not null references schools,
    listening_school_id text not null references schools,
    constraint pairings_schools_key unique (lecturing_school_id, listening_school_id),
    constraint pairings_two_schools check (lecturing_school_id <> listening_school_id)
  )`,
  `create table sessions (
    token_hash text primary key,
    person_id text references persons on delete cascade,
    site_id text references sites on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    seen_at timestamptz not null,
    check (num_nonnulls(person_id, site_id) = 1)
  )`,
  `create index sessions_person on sessions (person_id) where person_id is not null`,
  `create index sessions_site on sessions (site_id) where site_id is not null`,
  `create index sessions_expiry on sessions (expires_at)`,
  `create table settings (name text primary key, value jsonb not null)`,
  `create table audit_log (
    audit_id bigint generated always as identity primary key,
    at timestamptz not null,
    actor_kind text not null,
    actor_id text,
    action text not null,
    target_id text,
    school_id text,
    address text,
    details jsonb not null
  )`,
  `create index audit_log_at on audit_log (at desc)`,
]);
