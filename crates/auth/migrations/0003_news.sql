-- Accounts that changed while tokens issued before may still be about, for processes that have no database of accounts.
create table account_news (
    account text primary key,
    at timestamptz not null
);
create index account_news_at on account_news (at);
create index session_ended on session (ended_at) where ended_at is not null;
