-- Who signs in. An account that unregistered keeps its row, so that ids in the audit trail still mean somebody.
create table account (
    id text primary key,
    email text unique,
    phone text unique,
    name text not null,
    -- Name, e-mail and phone in lower case, for searching.
    found_by text not null,
    password_hash text not null,
    -- Words separated by blanks.
    roles text not null,
    facilities text not null,
    state text not null check (state in ('pending', 'active', 'deactivated', 'closed')),
    locale text not null,
    -- The second factor: sealed; in use once confirmed. The last step used is never accepted again.
    totp_secret bytea,
    totp_confirmed boolean not null,
    totp_step bigint not null,
    opened_at timestamptz not null,
    last_sign_in timestamptz,
    version bigint not null
);

-- Who is to become super admin, on the word of one; it takes that of another.
create table super_admin_grant (
    account text primary key references account (id),
    asked_by text not null,
    asked_at timestamptz not null
);

-- What a role allows: permission names separated by blanks.
create table role_permission (
    role text primary key,
    permissions text not null,
    version bigint not null
);

-- A sign-in, until logged out.
create table session (
    id text primary key,
    account text not null references account (id),
    -- SHA-256 of the browser's cookie; none for programs, which hold refresh tokens.
    cookie_hash bytea unique,
    device text not null,
    began_at timestamptz not null,
    used_at timestamptz not null,
    ends_at timestamptz not null,
    ended_at timestamptz
);
create index session_open on session (account, began_at) where ended_at is null;
create index session_over on session (ends_at);

-- Refresh tokens by SHA-256. A used one keeps, for a short while, what its successor is made from.
create table refresh_token (
    hash bytea primary key,
    session text not null references session (id) on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz,
    nonce bytea
);
create index refresh_token_session on refresh_token (session);
create index refresh_token_nonce on refresh_token (used_at) where nonce is not null;

-- Keys that sign access tokens; the private half is sealed.
create table signing_key (
    generation bigint primary key,
    kid text not null unique,
    public_key bytea not null,
    private_key bytea not null,
    signs_from timestamptz not null
);

-- Sign-ins that failed lately, by hash of what is counted: an account at an address, an account, an address.
create table sign_in_try (
    key bytea primary key,
    tries bigint not null,
    last_at timestamptz not null,
    free_at timestamptz not null
);
create index sign_in_try_last on sign_in_try (last_at);

-- Addresses an account has signed in from.
create table known_address (
    account text not null references account (id),
    address bytea not null,
    seen_at timestamptz not null,
    primary key (account, address)
);

-- Reset codes by hash of the login asked for; without an account where nobody has that login.
create table reset_code (
    login bytea primary key,
    account text references account (id),
    code_hash bytea not null,
    tries bigint not null,
    sends bigint not null,
    first_at timestamptz not null,
    expires_at timestamptz not null
);
create index reset_code_account on reset_code (account);
create index reset_code_expires on reset_code (expires_at);
