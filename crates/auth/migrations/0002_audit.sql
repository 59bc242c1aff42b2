-- The audit trail. Lines come in any order; one sealer numbers and chains them.
create table audit_line (
    id text primary key,
    seq bigint unique,
    prev bytea unique,
    hash bytea,
    context text not null,
    actor text not null,
    action text not null,
    object text not null,
    patient text,
    facility text,
    reason text,
    request_id text not null,
    at timestamptz not null
);
create index audit_line_unsealed on audit_line (at, id) where seq is null;
create index audit_line_at on audit_line (at, id);
create index audit_line_actor on audit_line (actor, at, id);
create index audit_line_object on audit_line (object, at, id);
create index audit_line_patient on audit_line (patient, at, id) where patient is not null;

-- The last link, marked with a key that lies outside this database.
create table audit_head (
    one integer primary key check (one = 1),
    seq bigint not null,
    hash bytea not null,
    mark bytea not null
);
