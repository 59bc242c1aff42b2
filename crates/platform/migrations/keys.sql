-- Data keys, one a scope, wrapped by the master key. A destroyed key keeps its row, so that its scope gets no other.
create table data_key (
    id text primary key,
    scope text not null unique,
    wrapped text,
    created_at timestamptz not null,
    destroyed_at timestamptz,
    check ((wrapped is null) = (destroyed_at is not null))
);
