-- What happened, what was said, and what is remembered. Holds for SQLite and PostgreSQL.
-- Times are milliseconds since 1970. Words are kept in one place only: the transcript is a view over both queues.

CREATE TABLE conversation (
    id       TEXT   NOT NULL PRIMARY KEY,
    state    TEXT   NOT NULL,              -- JSON; empty once erased
    turns    BIGINT NOT NULL,              -- numbers the turns, whatever the clock says
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

CREATE TABLE inbox (
    conversation TEXT   NOT NULL,
    event        TEXT   NOT NULL,
    platform     TEXT   NOT NULL,
    ticket       BIGINT NOT NULL,          -- order of arrival
    due_at       BIGINT NOT NULL,          -- 0: at once; else a reminder
    at           BIGINT NOT NULL,
    about        TEXT,                     -- the earlier event that this one corrects or withdraws
    input        TEXT   NOT NULL,          -- JSON; empty once erased
    turn         BIGINT,                   -- the turn that answered; NULL: waits; 0: erased before it was answered
    trace        TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (conversation, event)
);
CREATE INDEX inbox_waiting ON inbox (due_at, ticket) WHERE turn IS NULL;

CREATE TABLE outbox (
    key          TEXT   NOT NULL PRIMARY KEY,
    conversation TEXT   NOT NULL,
    event        TEXT   NOT NULL,          -- the event that this reply answers
    platform     TEXT   NOT NULL,
    turn         BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    body         TEXT   NOT NULL,          -- JSON
    kept         BIGINT NOT NULL,          -- 1: part of the transcript; 0: erased soon after it was sent
    waiting      BIGINT NOT NULL,          -- 1: to be sent
    due_at       BIGINT NOT NULL,          -- schedule, lease and backoff in one
    tries        BIGINT NOT NULL DEFAULT 0,
    sent_at      BIGINT,
    sent_as      TEXT                      -- the platform's own name for what was sent
);
CREATE INDEX outbox_due ON outbox (due_at, at) WHERE waiting = 1;
CREATE INDEX outbox_conversation ON outbox (conversation, waiting, turn, position);
CREATE INDEX outbox_short_lived ON outbox (sent_at) WHERE kept = 0;

CREATE TABLE flag (
    conversation TEXT   NOT NULL,
    turn         BIGINT NOT NULL,
    concern      TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (conversation, turn, concern)
);
CREATE INDEX flag_at ON flag (at);

-- Named places in the platforms' streams, e.g. a sync token.
CREATE TABLE checkpoint (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE VIEW transcript AS
    SELECT conversation, turn, CAST(-1 AS BIGINT) AS position, at, CAST('person' AS TEXT) AS author,
           event, input AS body, trace, CAST(1 AS BIGINT) AS kept
      FROM inbox WHERE turn > 0 AND input <> ''
    UNION ALL
    SELECT conversation, turn, position, at, CAST('coach' AS TEXT), event, body, CAST('' AS TEXT), kept
      FROM outbox;
