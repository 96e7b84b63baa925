-- The outbox: what customers ask for and an integrator brings into the ERP.

-- +goose Up
CREATE TABLE requests (
    id              TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier         TEXT NOT NULL CHECK (dossier <> ''),
    customer_id     TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    contact         TEXT NOT NULL,
    actor           TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind <> ''),
    profile         TEXT NOT NULL,
    profile_version BIGINT NOT NULL,
    body            TEXT NOT NULL, -- a JSON object
    idempotency_key TEXT NOT NULL,
    digest          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('received', 'taken', 'refused', 'done')),
    received_at     BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    reason          TEXT NOT NULL,
    number          TEXT NOT NULL,
    attempts        BIGINT NOT NULL,
    taken_by        TEXT NOT NULL,
    lease           TEXT NOT NULL,
    leased_until    BIGINT,
    not_before      BIGINT NOT NULL, -- given back: nobody takes it earlier
    note            TEXT NOT NULL,
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id),
    CHECK (state = 'taken' OR leased_until IS NULL),
    CHECK (state = 'done' OR number = ''),
    CHECK ((state = 'refused') = (reason <> ''))
);
CREATE UNIQUE INDEX requests_by_key ON requests (dossier, customer_id, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX requests_by_customer ON requests (dossier, customer_id, id);
CREATE INDEX requests_by_state ON requests (dossier, state, id);

-- SQLite changes a CHECK only by making the table anew.
CREATE TABLE keys_new (
    id          TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('backend', 'admin', 'integrator')),
    name        TEXT NOT NULL,
    hash        TEXT NOT NULL UNIQUE CHECK (hash <> ''),
    dossiers    TEXT NOT NULL, -- a JSON array of strings; empty opens every one
    developer   BOOLEAN NOT NULL,
    seeded      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);
INSERT INTO keys_new SELECT id, kind, name, hash, dossiers, developer, seeded, created_at, disabled_at FROM keys;
DROP TABLE keys;
ALTER TABLE keys_new RENAME TO keys;
