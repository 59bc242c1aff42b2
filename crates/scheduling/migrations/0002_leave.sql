-- A doctor's leave and what becomes of the appointments in it. The absence itself is an exception.
create table leave (
    id text primary key,
    doctor text not null,
    facility text,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    zone text not null,
    exception text not null,
    state text not null check (state in ('deciding', 'running', 'done', 'withdrawn')),
    entered_by text not null,
    decided_by text,
    entered_at timestamptz not null,
    version bigint not null
);
create index leave_of_doctor on leave (doctor, ends_at);
create index leave_running on leave (id) where state = 'running';
-- One row for each appointment, and one outcome: it is written where there is none yet, with the change it stands for.
-- What the patient is told is sealed with the patient's key.
create table leave_visit (
    leave text not null,
    appointment text not null,
    from_start timestamptz not null,
    way text check (way in ('substitute', 'propose', 'later', 'cancel')),
    doctor text,
    day text,
    reason bytea,
    outcome text check (outcome in ('substituted', 'proposed', 'moved', 'cancelled', 'elsewhere', 'kept')),
    why text,
    to_start timestamptz,
    to_doctor text,
    settled_at timestamptz,
    answer_by timestamptz,
    answer text check (answer in ('accepted', 'declined', 'lapsed', 'elsewhere')),
    primary key (leave, appointment)
); -- only postgres
) without rowid; -- only sqlite
create index leave_visit_appointment on leave_visit (appointment);
create index leave_visit_unanswered on leave_visit (answer_by) where outcome = 'proposed' and answer is null;
