-- What a context says to the others (outbox), and what it has heard from them (heard, waiting).

-- Raised when a backup is restored, so that numbers given after it are told from those given before.
create table bus_state (
    one integer primary key check (one = 1),
    epoch bigint not null
);
insert into bus_state (one, epoch) values (1, 1);

create table outbox (
    id text primary key,
    subject text not null,
    n bigint not null,
    epoch bigint not null,
    kind text not null,
    class text not null check (class in ('fact', 'profile', 'log')),
    payload text not null,
    at timestamptz not null,
    began timestamptz not null,
    sent_at timestamptz
);
create index outbox_unsent on outbox (at, n, id) where sent_at is null;
create index outbox_subject on outbox (subject) where class = 'fact';
-- Of a profile only the newest is kept.
create unique index outbox_profile on outbox (subject) where class = 'profile';

-- The number of each subject's newest fact. Its row lock puts the facts of a subject in order.
create table subject_number (
    subject text primary key,
    epoch bigint not null,
    n bigint not null,
    began timestamptz not null
); -- only postgres
) without rowid; -- only sqlite

-- Who sends this outbox. The fence rises with each change of holder.
create table relay_lease (
    one integer primary key check (one = 1),
    holder text not null,
    fence bigint not null,
    until timestamptz not null
);

-- Since when a source is listened to.
create table joined (
    source text primary key,
    at timestamptz not null
);

-- The last number applied of each subject.
create table heard (
    source text not null,
    class text not null,
    subject text not null,
    epoch bigint not null,
    n bigint not null,
    at timestamptz not null,
    primary key (class, source, subject)
); -- only postgres
) without rowid; -- only sqlite

-- Log events have no order; each is known by its id.
create table heard_log (
    id text primary key
); -- only postgres
) without rowid; -- only sqlite

-- Heard but not applied: its predecessor is missing, or a reaction failed (attempts > 0), or failed for good (parked_at).
create table waiting (
    id text primary key,
    source text not null,
    class text not null,
    subject text not null,
    epoch bigint not null,
    n bigint not null,
    kind text not null,
    payload text not null,
    at timestamptz not null,
    began timestamptz not null,
    kept_at timestamptz not null,
    attempts bigint not null,
    due_at timestamptz not null,
    reason text not null,
    parked_at timestamptz
);
create index waiting_subject on waiting (source, class, subject);
create index waiting_due on waiting (due_at) where parked_at is null;
create index waiting_parked on waiting (parked_at) where parked_at is not null;
