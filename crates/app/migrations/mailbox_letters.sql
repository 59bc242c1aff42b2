-- Letters that people would get by e-mail.
create table letter (
    id text primary key,
    account text not null,
    recipient text not null,
    subject text not null,
    body text not null,
    method text,
    calendar text,
    sent_at timestamptz not null
);
create index letter_time on letter (sent_at);
create index letter_account on letter (account);
