-- Facilities, what they offer, and the doctors who practise there.
create table facility (
    id text primary key,
    slug text not null unique,
    name text not null,
    zone text not null,
    address text not null,
    regency text not null,
    regency_name text not null,
    latitude double precision,
    longitude double precision,
    phone text,
    bpjs boolean not null,
    active boolean not null,
    version bigint not null,
    unique (name, regency)
);

create table department (
    id text primary key,
    facility text not null references facility (id),
    name_id text not null,
    name_en text not null,
    unique (facility, name_id)
);

create table speciality (
    id text primary key,
    slug text not null unique,
    name_id text not null,
    name_en text not null,
    title text not null
);

create table service (
    id text primary key,
    facility text not null references facility (id),
    department text references department (id),
    kind text not null check (kind in ('consultation', 'lab_test', 'procedure', 'vaccination')),
    name_id text not null,
    name_en text not null,
    preparation_id text not null,
    preparation_en text not null,
    duration_minutes bigint not null check (duration_minutes between 5 and 720),
    buffer_before_minutes bigint not null check (buffer_before_minutes between 0 and 120),
    buffer_after_minutes bigint not null check (buffer_after_minutes between 0 and 120),
    price bigint not null check (price >= 0),
    modes text not null,
    active boolean not null,
    version bigint not null
);
create index service_of_facility on service (facility);
create index service_of_department on service (department);

create table doctor (
    id text primary key,
    slug text not null unique,
    account text,
    name text not null,
    sex text not null check (sex in ('female', 'male')),
    specialities text not null,
    practising_since bigint,
    languages text not null,
    about_id text not null,
    about_en text not null,
    str_number text not null,
    str_until text,
    auto_accept boolean not null,
    state text not null check (state in ('waiting', 'listed', 'refused', 'retired')),
    version bigint not null
);
-- One doctor per registration and per account; a refused one may try again.
create unique index doctor_of_str on doctor (str_number) where state in ('waiting', 'listed', 'retired');
create unique index doctor_of_account on doctor (account) where state in ('waiting', 'listed', 'retired');
create index doctor_waiting on doctor (id) where state = 'waiting';

create table practice (
    doctor text not null references doctor (id),
    facility text not null references facility (id),
    place bigint not null,
    sip_number text not null,
    sip_until text not null,
    services text not null,
    hours text not null,
    primary key (doctor, facility)
);

-- What scheduling last said about the earliest free start: the newest wins.
create table earliest_free (
    doctor text not null,
    facility text not null,
    mode text not null check (mode in ('in_person', 'online')),
    at timestamptz not null,
    primary key (doctor, facility, mode)
);

-- Regions that differ from the list that comes with the program, or are not in it.
create table region (
    code text primary key,
    parent text not null,
    name text not null
);
create index region_of_parent on region (parent);
