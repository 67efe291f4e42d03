-- Who may enter the coaches' console, and what was done there. Tokens are kept as hashes only.
-- Times are milliseconds since 1970. Holds for SQLite and PostgreSQL.

CREATE TABLE sign_in_link (
    token      TEXT   NOT NULL PRIMARY KEY,  -- SHA-256 of what stands in the address
    person     TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    browser    TEXT,                         -- SHA-256 of the cookie of the browser that opened it first
    used_at    BIGINT
);

-- A sign-in that is under way at an OpenID provider.
CREATE TABLE oidc_attempt (
    state      TEXT   NOT NULL PRIMARY KEY,  -- SHA-256 of what the provider gives back
    browser    TEXT   NOT NULL,              -- SHA-256 of the cookie of the browser that set out
    nonce      TEXT   NOT NULL,
    verifier   TEXT   NOT NULL,              -- of PKCE; worth nothing without the code
    expires_at BIGINT NOT NULL
);

-- Whose account at a provider belongs to whom: the first account to come with a listed address keeps it.
CREATE TABLE oidc_account (
    account TEXT   NOT NULL PRIMARY KEY,     -- « idp_id » and « sub »
    person  TEXT   NOT NULL UNIQUE,
    made_at BIGINT NOT NULL
);

CREATE TABLE session (
    token    TEXT   NOT NULL PRIMARY KEY,    -- SHA-256 of the cookie
    id       TEXT   NOT NULL UNIQUE,         -- names it on pages
    person   TEXT   NOT NULL,
    via      TEXT   NOT NULL,                -- link, oidc
    device   TEXT   NOT NULL,                -- browser and system, as the browser says
    made_at  BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL,
    ended_at BIGINT,
    id_token TEXT   NOT NULL DEFAULT ''      -- the provider asks for it at sign-out; emptied at the end
);
CREATE INDEX session_person ON session (person, made_at);

-- Everything that was read or done, and by whom. Lines are only added, and erased when they are a year old.
CREATE TABLE audit (
    at     BIGINT NOT NULL,
    id     TEXT   NOT NULL,
    person TEXT   NOT NULL,
    act    TEXT   NOT NULL,
    object TEXT   NOT NULL,                  -- a conversation, a session, a file; empty when there is none
    detail TEXT   NOT NULL,
    PRIMARY KEY (at, id)
);
CREATE INDEX audit_object ON audit (object, at);
