-- What a context has to do later. A job that is done is deleted; one that failed for good stays, dead, until somebody
-- has it retried or dropped.
create table job (
    id text primary key,
    kind text not null,
    key text,
    payload text not null,
    due_at timestamptz not null,
    state text not null check (state in ('pending', 'dead')),
    attempts bigint not null,
    -- Raised when a job is asked for again while it runs, so that it is run again.
    asked bigint not null,
    lease_holder text,
    lease_until timestamptz,
    last_error text,
    created_at timestamptz not null,
    ended_at timestamptz
);
create unique index job_key on job (kind, key) where state = 'pending';
create index job_due on job (due_at) where state = 'pending';
create index job_dead on job (ended_at) where state = 'dead';
