-- Copies of what other contexts own, kept by hearing their events. No foreign key crosses contexts.
create table facility (
    id text primary key,
    slug text not null,
    name text not null,
    zone text not null,
    address text not null,
    active boolean not null
);
create table service (
    id text primary key,
    facility text not null,
    details text not null
);
create index service_of_facility on service (facility);
create table doctor (
    id text primary key,
    slug text not null,
    account text,
    name text not null,
    details text not null
);
create unique index doctor_account on doctor (account) where account is not null;
create table patient (
    id text primary key,
    version bigint not null,
    name text not null,
    birth_date text,
    sex text,
    patient_type text,
    locale text not null
);
create table patient_account (
    account text not null,
    patient text not null,
    primary key (account, patient)
); -- only postgres
) without rowid; -- only sqlite
create index patient_account_patient on patient_account (patient);
-- Whoever asked to be forgotten: late news of them is not kept again.
create table forgotten (
    patient text primary key,
    at timestamptz not null
);

-- How and when the facilities and their doctors take bookings.
create table policy (
    facility text primary key,
    body text not null,
    version bigint not null
);
create table holiday (
    date text primary key,
    name_id text not null,
    name_en text not null,
    collective_leave boolean not null
);
create table schedule (
    id text primary key,
    facility text not null,
    doctor text,
    body text not null,
    version bigint not null
);
create unique index schedule_of_doctor on schedule (facility, doctor) where doctor is not null;
create table schedule_service (
    service text primary key,
    schedule text not null
);
create index schedule_service_schedule on schedule_service (schedule);
create table exception (
    id text primary key,
    schedule text,
    doctor text,
    facility text,
    kind text not null check (kind in ('absent', 'instead', 'extra')),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    slot_minutes bigint,
    capacity bigint,
    reason text,
    check (starts_at < ends_at)
);
create index exception_schedule on exception (schedule, ends_at) where schedule is not null;
create index exception_doctor on exception (doctor, ends_at) where doctor is not null;
create index exception_facility on exception (facility, ends_at) where facility is not null;

-- One row for each doctor or desk. `plan` rises when hours, leave, licence or policy change; `version` when a time is
-- taken or freed too. A booking raises `version` only where `plan` is the one it was judged by. `told` is the version
-- that directory was told of, `said` what it was told.
create table owner_state (
    owner text primary key,
    plan bigint not null,
    version bigint not null,
    told bigint not null,
    said text
); -- only postgres
) without rowid; -- only sqlite
create index owner_untold on owner_state (owner) where told < version;

-- Time that is taken. Spans hold the buffers; overlap is refused by the database, never by a check before an insert.
-- A claim that is let go is deleted; the appointment keeps the history. Seats count from 1; those below 0 are
-- overbooked ones. The claims of an appointment are found by whose time it is and when: an index by appointment would
-- cost every booking three more writes. Without a rowid (SQLite) a table and its key are one tree in place of two.
create table resource_claim (
    owner text not null,
    seat bigint not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    facility text not null,
    hold_until timestamptz,
    appointment text not null,
    -- Free times read nothing but this key, where the claims of an owner lie side by side.
    primary key (owner, starts_at, seat, appointment) include (ends_at, hold_until, facility), -- only postgres
    primary key (owner, starts_at, seat, appointment), -- only sqlite
    check (starts_at < ends_at)
); -- only postgres
) without rowid; -- only sqlite
create index resource_claim_held on resource_claim (appointment) where hold_until is not null;
create table patient_claim (
    patient text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    appointment text not null,
    primary key (patient, starts_at, appointment),
    check (starts_at < ends_at)
); -- only postgres
) without rowid; -- only sqlite
-- At most so many live consultations of a patient on a local date: k counts from 1 to the limit.
create table patient_day (
    patient text not null,
    local_date text not null,
    k bigint not null,
    appointment text not null,
    primary key (patient, local_date, k)
); -- only postgres
) without rowid; -- only sqlite

create extension if not exists btree_gist with schema public; -- only postgres
alter table resource_claim add constraint resource_claim_no_overlap exclude using gist (owner with =, seat with =, tstzrange(starts_at, ends_at) with &&); -- only postgres
alter table patient_claim add constraint patient_claim_no_overlap exclude using gist (patient with =, tstzrange(starts_at, ends_at) with &&); -- only postgres
-- No claim is longer than two days (172,800,000,000 µs), so that looking for an overlap never scans a history.
create trigger resource_claim_no_overlap before insert on resource_claim begin select raise(ignore) where new.ends_at - new.starts_at > 172800000000 or exists (select 1 from resource_claim c where c.owner = new.owner and c.seat = new.seat and c.starts_at > new.starts_at - 172800000000 and c.starts_at < new.ends_at and c.ends_at > new.starts_at); end; -- only sqlite
create trigger patient_claim_no_overlap before insert on patient_claim begin select raise(ignore) where new.ends_at - new.starts_at > 172800000000 or exists (select 1 from patient_claim c where c.patient = new.patient and c.starts_at > new.starts_at - 172800000000 and c.starts_at < new.ends_at and c.ends_at > new.starts_at); end; -- only sqlite

-- k counts a holder's holds from 1 to their limit, so that two requests at once do not get more (R.H1).
create table hold (
    id text primary key,
    holder text not null,
    k bigint not null,
    offer text not null,
    held_at timestamptz not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    expires_at timestamptz not null,
    price bigint not null,
    zone text not null,
    owner text not null
);
create unique index hold_of_holder on hold (holder, k);
create index hold_expiry on hold (expires_at);

create table appointment (
    id text primary key,
    code text not null,
    facility text not null,
    service text not null,
    doctor text,
    mode text not null,
    kind text not null,
    state text not null check (state in ('held', 'pending', 'awaiting_payment', 'booked', 'arrived', 'in_progress', 'fulfilled', 'cancelled', 'noshow')),
    patient text not null,
    booked_by text,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    zone text not null,
    local_date text not null,
    price bigint not null,
    complaint bytea,
    booked_at timestamptz not null,
    answer_by timestamptz,
    on_behalf boolean not null,
    overbooked boolean not null,
    moves bigint not null,
    cancelled_by text,
    reason bytea,
    cause text,
    owner text not null,
    version bigint not null
);
create unique index appointment_code on appointment (code);
create index appointment_of_patient on appointment (patient, starts_at, id);
create index appointment_of_doctor on appointment (doctor, starts_at, id) where doctor is not null;
create index appointment_of_facility on appointment (facility, starts_at, id);
create index appointment_unanswered on appointment (answer_by) where state = 'pending';

-- What happened to an appointment after it was booked: from what to what, who, why. A reason is in somebody's words and
-- sealed with the patient's key; a cause is a word of the program.
create table appointment_change (
    appointment text not null,
    version bigint not null,
    from_state text not null,
    to_state text not null,
    from_start timestamptz not null,
    to_start timestamptz not null,
    actor text not null,
    reason bytea,
    cause text,
    at timestamptz not null,
    primary key (appointment, version)
);

-- A key stands for one booking of one account for a day.
create table idempotency (
    actor text not null,
    key text not null,
    digest text not null,
    appointment text not null,
    at timestamptz not null,
    primary key (actor, key)
); -- only postgres
) without rowid; -- only sqlite
create index idempotency_age on idempotency (at);
