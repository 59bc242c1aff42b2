-- Calendars that doctors keep elsewhere: where, when read, and the times found. Nothing else of them is kept.
create table outside_calendar (
    id text primary key,
    account text not null,
    doctor text not null,
    -- Three places an account, so that the limit holds.
    place bigint not null check (place between 1 and 3),
    host text not null,
    -- The address, sealed.
    url bytea not null,
    read_at timestamptz,
    -- Why it could not be read the last time, a text key.
    problem text,
    -- JSON: [{"from": …, "until": …}]
    spans text not null,
    spans_count bigint not null,
    due_at timestamptz not null
);
create unique index outside_calendar_place on outside_calendar (account, place);
create index outside_calendar_doctor on outside_calendar (doctor);
create index outside_calendar_due on outside_calendar (due_at);

-- What scheduling was told last of a doctor.
create table outside_told (
    doctor text primary key,
    spans text not null
);
