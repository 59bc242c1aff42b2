-- What is known here of accounts. The row stays when the account goes, emptied, so that nothing is kept for it again.
create table account (
    id text primary key,
    locale text,
    -- Name and e-mail as auth told them, sealed.
    contact bytea,
    closed boolean not null
);

-- Patients and who may act for them, as people told.
create table patient (
    id text primary key,
    version bigint not null,
    name text not null
);
create table patient_account (
    patient text not null,
    account text not null,
    primary key (patient, account)
);
create index patient_account_account on patient_account (account, patient);
-- Who asked to be forgotten: late news of them are not kept.
create table forgotten (
    patient text primary key,
    at timestamptz not null
);

create table facility (
    id text primary key,
    name text not null,
    zone text not null,
    address text not null
);
create table doctor (
    id text primary key,
    account text,
    name text not null
);
create index doctor_account on doctor (account) where account is not null;

-- Appointments as they are now: for reminders and calendars. Ids and times only.
create table visit (
    id text primary key,
    patient text not null,
    doctor text,
    facility text not null,
    mode text not null check (mode in ('in_person', 'online')),
    state text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    zone text not null,
    -- Raised by every change that calendars must follow (RFC 5545, SEQUENCE).
    sequence bigint not null,
    changed_at timestamptz not null
);
create index visit_patient on visit (patient, starts_at);
create index visit_doctor on visit (doctor, starts_at) where doctor is not null;
create index visit_over on visit (ends_at);

-- What somebody was told. Texts are made when they are read; here lie ids, times and words.
create table notification (
    id text primary key,
    account text not null,
    -- What it was caused by: the same cause tells nobody twice.
    cause text not null,
    kind text not null check (kind in ('requested', 'booked', 'accepted', 'rejected', 'moved', 'cancelled', 'reminder')),
    to_doctor boolean not null,
    appointment text not null,
    patient text not null,
    doctor text,
    facility text not null,
    mode text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    -- The start before it was moved.
    was_at timestamptz,
    zone text not null,
    sequence bigint not null,
    at timestamptz not null,
    read_at timestamptz
);
create unique index notification_cause on notification (account, cause);
create index notification_inbox on notification (account, at, id);
create index notification_unread on notification (account) where read_at is null;
create index notification_patient on notification (patient);
create index notification_old on notification (at);

-- Every sending by a channel beside the inbox.
create table delivery (
    id text primary key,
    notification text not null,
    account text not null,
    channel text not null check (channel in ('email')),
    state text not null check (state in ('queued', 'sent', 'failed', 'given_up')),
    tries bigint not null,
    queued_at timestamptz not null,
    tried_at timestamptz,
    sent_at timestamptz,
    -- What the provider answered, without addresses; or a word of ours.
    answer text
);
create unique index delivery_once on delivery (account, notification, channel);
create index delivery_notification on delivery (notification);

-- When to remind whom of what, derived anew upon every change.
create table reminder (
    account text not null,
    appointment text not null,
    -- The start reminded of; another start is another reminder.
    starts_at timestamptz not null,
    -- Minutes before the start, as asked for.
    minutes bigint not null,
    due_at timestamptz not null,
    state text not null check (state in ('waiting', 'sent', 'skipped')),
    primary key (account, appointment, starts_at, minutes)
);
create index reminder_due on reminder (due_at) where state = 'waiting';
create index reminder_appointment on reminder (appointment);

create table preference (
    account text primary key,
    -- JSON: [{"kind": …, "channels": […]}]
    channels text not null,
    -- JSON: minutes before a visit.
    reminders text not null,
    quiet_from text,
    quiet_until text,
    zone text,
    version bigint not null
);

-- The secret address of somebody's calendar: its fingerprint to be found by, and itself sealed to be shown again.
create table feed (
    account text primary key,
    mark text not null unique,
    token bytea not null,
    made_at timestamptz not null
);
