-- What changed, for the replicas that keep the directory in memory (follow.rs). The database itself notes it, so that no
-- way of changing something can be forgotten. The files of SQLite have one process, which needs none of it.
create table changed (
    what text not null,
    subject text not null,
    -- The transaction that changed it last.
    xact bigint not null,
    primary key (what, subject)
);
create index changed_xact on changed (xact, what, subject);

create function note_changed() returns trigger language plpgsql as $$ -- only postgres
declare -- only postgres
    changed_row jsonb := case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end; -- only postgres
begin -- only postgres
    insert into changed (what, subject, xact) -- only postgres
        values (tg_table_name, changed_row ->> tg_argv[0], pg_current_xact_id()::text::bigint) -- only postgres
        on conflict (what, subject) do update set xact = excluded.xact where changed.xact <> excluded.xact; -- only postgres
    return null; -- only postgres
end $$; -- only postgres
create trigger facility_changed after insert or update or delete on facility for each row execute function note_changed('id'); -- only postgres
create trigger department_changed after insert or update or delete on department for each row execute function note_changed('id'); -- only postgres
create trigger service_changed after insert or update or delete on service for each row execute function note_changed('id'); -- only postgres
create trigger speciality_changed after insert or update or delete on speciality for each row execute function note_changed('id'); -- only postgres
create trigger doctor_changed after insert or update or delete on doctor for each row execute function note_changed('id'); -- only postgres
create trigger practice_changed after insert or update or delete on practice for each row execute function note_changed('doctor'); -- only postgres
create trigger earliest_free_changed after insert or update or delete on earliest_free for each row execute function note_changed('doctor'); -- only postgres
