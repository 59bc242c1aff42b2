-- What is known here of an account. The row stays when the account goes, emptied, so that nothing is kept for it again.
create table account (
    id text primary key,
    locale text,
    -- Name, e-mail and phone as auth told them, sealed.
    contact bytea,
    -- Family members acted for. The row is locked by whoever adds one, so the limit holds (A9).
    members bigint not null check (members between 0 and 20),
    closed boolean not null
);

create table patient (
    id text primary key,
    account text unique,
    name text not null,
    birth_date text not null,
    sex text not null check (sex in ('female', 'male')),
    patient_type text not null check (patient_type in ('umum', 'bpjs')),
    locale text not null,
    -- Identity numbers, contacts, address, birth place and emergency contact, sealed with the patient's own key.
    details bytea not null,
    -- The fingerprint of the NIK, so that all who gave the same are found.
    nik_mark text,
    -- Gave a NIK that another patient had given before: staff looks at it.
    duplicate boolean not null,
    version bigint not null
);
create index patient_nik on patient (nik_mark) where nik_mark is not null;

-- Who holds a NIK. Only one may, and whoever comes second is kept without it.
create table nik_claim (
    mark text primary key,
    patient text not null unique
);

-- Keyed fingerprints of NIK, BPJS number, phone and e-mail, by which staff finds a patient.
create table patient_mark (
    mark text not null,
    patient text not null,
    primary key (mark, patient)
);
create index patient_mark_patient on patient_mark (patient);

-- The words of the name in small letters without accents, by whose beginning staff finds a patient.
create table patient_word (
    word text not null, -- only sqlite
    word text collate "C" not null, -- only postgres
    patient text not null,
    primary key (word, patient)
);
create index patient_word_patient on patient_word (patient, word);

-- The right of an account to act for a patient, and the consent it rests on. Ended ones stay as a proof.
create table family (
    id text primary key,
    account text not null,
    patient text not null,
    relation text not null,
    -- Which text was accepted, in which language, when and by whom.
    consent text not null,
    consent_locale text not null,
    consent_at timestamptz not null,
    consent_by text not null,
    ended_at timestamptz,
    ended_by text
);
create unique index family_present on family (account, patient) where ended_at is null;
create index family_patient on family (patient) where ended_at is null;
create index family_account on family (account);

-- Requests to be forgotten: the ledger from which a restored backup is cleaned again. Ids only.
create table erasure (
    id text primary key,
    account text not null unique,
    -- Words separated by blanks.
    contexts text not null,
    erased bigint not null,
    asked_at timestamptz not null,
    -- When the keys of the patients were destroyed.
    keys_gone_at timestamptz,
    done_at timestamptz
);
create table erasure_patient (
    erasure text not null,
    patient text not null,
    primary key (erasure, patient)
);
create table erasure_answer (
    erasure text not null,
    context text not null,
    erased bigint not null,
    kept bigint not null,
    kept_until text,
    primary key (erasure, context)
);

-- Which row of another system became which patient, by a keyed fingerprint of its reference. It outlives the patient,
-- so that somebody erased is not imported again.
create table import_ref (
    mark text primary key,
    patient text not null
);
create index import_ref_patient on import_ref (patient);
