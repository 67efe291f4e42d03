-- What the coaches' console lists, searches, judges and counts. Holds for SQLite and PostgreSQL.
-- `/* clustered */` becomes WITHOUT ROWID on SQLite: the table is its key, which halves it.

-- One row a conversation, written with each turn; gone when the conversation is erased. Holds no words.
CREATE TABLE overview (
    number       BIGINT NOT NULL PRIMARY KEY, -- its name in the console: the id of a conversation may open it
    conversation TEXT   NOT NULL UNIQUE,
    platform     TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    turns        BIGINT NOT NULL,             -- the number of the last turn
    spoke        BIGINT NOT NULL,             -- 1: the person wrote or chose something
    step         TEXT   NOT NULL,             -- where the script stands
    outcome      TEXT   NOT NULL,
    goals        TEXT   NOT NULL,             -- separated by spaces
    phase        TEXT   NOT NULL,
    rating       TEXT   NOT NULL,
    wants_person BIGINT NOT NULL,             -- 1: asked for a person
    nothing_found BIGINT NOT NULL,            -- 1: nothing was found
    questions    BIGINT NOT NULL,             -- asked before the first advice
    advised_ms   BIGINT,                      -- from the first turn to the first advice
    judges       BIGINT NOT NULL DEFAULT 0,   -- how many coaches judged it
    counted      TEXT   NOT NULL              -- what the tallies have of it, so that it counts once
) /* clustered */;
CREATE INDEX overview_activity ON overview (last_at, number) WHERE spoke = 1;

-- The inverted index of filters and words: which conversations bear a mark. `term` is a hash: even for a filter
-- (`goal:prioritise`), odd for a word. `day` is that of the last activity, so that newest first is a walk along the key.
CREATE TABLE mark (
    term   BIGINT NOT NULL,
    day    BIGINT NOT NULL,                   -- since 1970, in Paris
    number BIGINT NOT NULL,
    PRIMARY KEY (term, day, number)
) /* clustered */;
CREATE INDEX mark_number ON mark (number);

-- The words that some conversation holds, to find the other forms of a word and its misspellings.
CREATE TABLE word (
    term BIGINT NOT NULL PRIMARY KEY,
    word TEXT   NOT NULL,
    stem BIGINT NOT NULL
) /* clustered */;
CREATE INDEX word_stem ON word (stem);

-- Hashes of a word with one letter left out: two words within one slip share one.
CREATE TABLE misspelling (
    piece BIGINT NOT NULL,
    term  BIGINT NOT NULL,
    PRIMARY KEY (piece, term)
) /* clustered */;
CREATE INDEX misspelling_term ON misspelling (term);

-- What coaches say: judgements, rubric, notes, tags. Nothing is changed, only said again: the last word counts, the
-- others are the history. An empty value takes it back.
CREATE TABLE opinion (
    number  BIGINT NOT NULL,
    turn    BIGINT NOT NULL,                  -- 0: the whole conversation
    about   TEXT   NOT NULL,                  -- `method:persona`, `rubric:tone`, `note:…`, `tag:urgent`
    coach   TEXT   NOT NULL,
    ticket  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (number, turn, about, coach, ticket)
) /* clustered */;
CREATE INDEX opinion_about ON opinion (about);

-- Counts without names, kept when conversations are erased.
CREATE TABLE tally (
    day      BIGINT NOT NULL,                 -- since 1970, in Paris
    platform TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    count    BIGINT NOT NULL,
    PRIMARY KEY (kind, day, platform, name)
) /* clustered */;

-- Requests without answer that coaches do not want to see again: a hash of their words.
CREATE TABLE ignored (
    request TEXT   NOT NULL PRIMARY KEY,
    coach   TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

-- Access and erasure requests of persons: what was asked, when it is due, what was done. No words of a conversation.
CREATE TABLE rights_request (
    id           BIGINT NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,             -- access, erasure
    conversation TEXT   NOT NULL,             -- empty while it is not known which
    asked_at     BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    taken_by     TEXT   NOT NULL,
    note         TEXT   NOT NULL,
    done_at      BIGINT,
    done_by      TEXT   NOT NULL DEFAULT '',
    outcome      TEXT   NOT NULL DEFAULT ''
);

-- What the purge did, and when.
CREATE TABLE purge_run (
    at            BIGINT NOT NULL,
    platform      TEXT   NOT NULL,
    days          BIGINT NOT NULL,
    conversations BIGINT NOT NULL,
    PRIMARY KEY (at, platform)
);

-- The conversations of before have no overview yet: it is made when the store is opened.
INSERT INTO checkpoint (name, value) VALUES ('store:overviews', 'to be made');
