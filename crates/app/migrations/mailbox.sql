-- Codes that somebody should read, where no provider delivers them yet.
create table message (
    id text primary key,
    account text not null,
    recipient text not null,
    code text not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null
);
create index message_time on message (sent_at);
create index message_account on message (account);
