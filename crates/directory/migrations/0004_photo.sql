-- A doctor's photo: the names of its files (platform::blobs), each by its content.
alter table doctor add column photo_small text;
alter table doctor add column photo_large text;

-- Files that no doctor shows: on their way in, or out. Noted before they are written and before they are taken away, so
-- that none is forgotten whenever the program ends.
create table photo_file (
    name text primary key,
    since timestamptz not null
);
create index photo_file_since on photo_file (since);
