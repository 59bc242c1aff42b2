-- Views of lists that somebody keeps under a name of theirs. The query holds filters: days, states, ids; never a person's name.
create table kept_view (
    account text not null,
    -- Which list.
    place text not null,
    name text not null,
    query text not null,
    kept_at timestamptz not null,
    primary key (account, place, name)
);
