-- What the synchronisation asks of administrators and remembers of databases:
-- decisions, holds, stopped plans, positions; suspensions by more causes.

-- +goose Up
ALTER TABLE customers ADD COLUMN addresses TEXT NOT NULL DEFAULT ''; -- a JSON array of objects
ALTER TABLE customers ADD COLUMN former_codes TEXT NOT NULL DEFAULT ''; -- a JSON array of strings
ALTER TABLE customers ADD COLUMN stamp TEXT NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN quarantine TEXT NOT NULL DEFAULT ''
    CHECK (quarantine IN ('', 'waiting', 'approved', 'rejected', 'applied', 'superseded'));
ALTER TABLE runs ADD COLUMN settled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN settled_note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN settled_at BIGINT;

CREATE TABLE decisions (
    id          TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier     TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('replaced', 'returned', 'code_reused', 'renamed', 'merged', 'recreated')),
    customer_id TEXT NOT NULL,
    other_id    TEXT NOT NULL,
    run_id      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('', 'same', 'not_same')),
    decided_by  TEXT NOT NULL,
    decided_at  BIGINT,
    note        TEXT NOT NULL,
    CHECK ((verdict = '') = (decided_at IS NULL))
);
CREATE INDEX decisions_by_dossier ON decisions (dossier, verdict, asked_at);

-- A dossier with a row here is neither synchronised nor served.
CREATE TABLE holds (
    dossier TEXT NOT NULL PRIMARY KEY,
    reason  TEXT NOT NULL CHECK (reason IN ('other_database', 'restored_database')),
    detail  TEXT NOT NULL,
    run_id  TEXT NOT NULL,
    since   BIGINT NOT NULL
);

CREATE TABLE positions (
    dossier  TEXT NOT NULL PRIMARY KEY,
    position TEXT NOT NULL -- a JSON object
);

-- SQLite changes a CHECK only by making the table anew.
CREATE TABLE accesses_new (
    dossier        TEXT NOT NULL,
    customer_id    TEXT NOT NULL,
    profile        TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('granted', 'pending', 'suspended', 'revoked')),
    suspended_by   TEXT NOT NULL CHECK (suspended_by IN ('', 'sync', 'administrator', 'identity', 'approval')),
    suspended_from TEXT NOT NULL CHECK (suspended_from IN ('', 'granted', 'pending')),
    note           TEXT NOT NULL,
    changed_by     TEXT NOT NULL,
    changed_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (dossier, customer_id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id),
    CHECK ((state = 'suspended') = (suspended_by <> '')),
    CHECK (state = 'suspended' OR suspended_from = '')
);
INSERT INTO accesses_new SELECT dossier, customer_id, profile, state, suspended_by, suspended_from, note, changed_by, changed_at, version FROM accesses;
DROP TABLE accesses;
ALTER TABLE accesses_new RENAME TO accesses;
