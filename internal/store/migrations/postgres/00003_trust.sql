-- What the synchronisation asks of administrators and remembers of databases:
-- decisions, holds, stopped plans, positions; suspensions by more causes.

-- +goose Up
ALTER TABLE customers ADD COLUMN addresses TEXT COLLATE "C" NOT NULL DEFAULT ''; -- a JSON array of objects
ALTER TABLE customers ADD COLUMN former_codes TEXT COLLATE "C" NOT NULL DEFAULT ''; -- a JSON array of strings
ALTER TABLE customers ADD COLUMN stamp TEXT COLLATE "C" NOT NULL DEFAULT '';

ALTER TABLE runs ADD COLUMN quarantine TEXT COLLATE "C" NOT NULL DEFAULT ''
    CHECK (quarantine IN ('', 'waiting', 'approved', 'rejected', 'applied', 'superseded'));
ALTER TABLE runs ADD COLUMN settled_by TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN settled_note TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN settled_at BIGINT;

CREATE TABLE decisions (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier     TEXT COLLATE "C" NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('replaced', 'returned', 'code_reused', 'renamed', 'merged', 'recreated')),
    customer_id TEXT COLLATE "C" NOT NULL,
    other_id    TEXT COLLATE "C" NOT NULL,
    run_id      TEXT COLLATE "C" NOT NULL,
    detail      TEXT COLLATE "C" NOT NULL,
    asked_at    BIGINT NOT NULL,
    verdict     TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('', 'same', 'not_same')),
    decided_by  TEXT COLLATE "C" NOT NULL,
    decided_at  BIGINT,
    note        TEXT COLLATE "C" NOT NULL,
    CHECK ((verdict = '') = (decided_at IS NULL))
);
CREATE INDEX decisions_by_dossier ON decisions (dossier, verdict, asked_at);

-- A dossier with a row here is neither synchronised nor served.
CREATE TABLE holds (
    dossier TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    reason  TEXT COLLATE "C" NOT NULL CHECK (reason IN ('other_database', 'restored_database')),
    detail  TEXT COLLATE "C" NOT NULL,
    run_id  TEXT COLLATE "C" NOT NULL,
    since   BIGINT NOT NULL
);

CREATE TABLE positions (
    dossier  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    position TEXT COLLATE "C" NOT NULL -- a JSON object
);

ALTER TABLE accesses DROP CONSTRAINT accesses_suspended_by_check;
ALTER TABLE accesses ADD CONSTRAINT accesses_suspended_by_check
    CHECK (suspended_by IN ('', 'sync', 'administrator', 'identity', 'approval'));
