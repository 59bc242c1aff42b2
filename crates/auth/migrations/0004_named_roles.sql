-- Roles of staff with names of their own. A retired one allows nothing; its row stays, for accounts and the audit trail
-- name it.
create table named_role (
    id text primary key,
    name text not null,
    -- The name in lower case: of those in use, each is called otherwise.
    found_by text not null,
    -- Permission names separated by blanks.
    permissions text not null,
    retired_at timestamptz,
    version bigint not null
);
create unique index named_role_found_by on named_role (found_by) where retired_at is null;

-- The named roles an admin holds in place of what admins usually may: ids separated by blanks.
alter table account add column named_roles text not null default '';
create index account_named_roles on account (id) where named_roles <> '';
