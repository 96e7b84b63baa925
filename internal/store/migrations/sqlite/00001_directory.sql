-- The directory, first form. Times are whole microseconds since 1970-01-01 UTC.
-- Text compares by its bytes (SQLite's own collation BINARY), which the order
-- of ids and the exactness of codes rest on.

-- +goose Up
CREATE TABLE customers (
    dossier         TEXT NOT NULL,
    id              TEXT NOT NULL CHECK (id <> ''),
    code            TEXT NOT NULL,
    name            TEXT NOT NULL,
    email           TEXT NOT NULL,
    phone           TEXT NOT NULL,
    address         TEXT NOT NULL,
    postal_code     TEXT NOT NULL,
    city            TEXT NOT NULL,
    country         TEXT NOT NULL,
    vat             TEXT NOT NULL,
    registration_no TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('active', 'dormant')),
    parent_id       TEXT NOT NULL,
    payer_id        TEXT NOT NULL,
    representative  TEXT NOT NULL,
    tags            TEXT NOT NULL, -- a JSON array of strings
    attributes      TEXT NOT NULL, -- a JSON object of strings
    technical_id    TEXT NOT NULL,
    hash            TEXT NOT NULL,
    search          TEXT NOT NULL, -- what a search looks in, in one case
    removed_at      BIGINT,
    PRIMARY KEY (dossier, id)
);
CREATE INDEX customers_by_code ON customers (dossier, code, id);

CREATE TABLE contacts (
    dossier     TEXT NOT NULL,
    id          TEXT NOT NULL CHECK (id <> ''),
    customer_id TEXT NOT NULL,
    last_name   TEXT NOT NULL,
    first_name  TEXT NOT NULL,
    function    TEXT NOT NULL,
    email       TEXT NOT NULL,
    phone       TEXT NOT NULL,
    mobile      TEXT NOT NULL,
    hash        TEXT NOT NULL,
    removed_at  BIGINT,
    PRIMARY KEY (dossier, id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id)
);
CREATE INDEX contacts_by_customer ON contacts (dossier, customer_id);

CREATE TABLE accesses (
    dossier        TEXT NOT NULL,
    customer_id    TEXT NOT NULL,
    profile        TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('granted', 'pending', 'suspended', 'revoked')),
    suspended_by   TEXT NOT NULL CHECK (suspended_by IN ('', 'sync', 'administrator')),
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

-- Every version an access ever had, the present one included.
CREATE TABLE access_audit (
    dossier        TEXT NOT NULL,
    customer_id    TEXT NOT NULL,
    version        BIGINT NOT NULL,
    profile        TEXT NOT NULL,
    state          TEXT NOT NULL,
    suspended_by   TEXT NOT NULL,
    suspended_from TEXT NOT NULL,
    note           TEXT NOT NULL,
    changed_by     TEXT NOT NULL,
    changed_at     BIGINT NOT NULL,
    PRIMARY KEY (dossier, customer_id, version)
);

-- +goose StatementBegin
CREATE TRIGGER access_audit_keeps_entries BEFORE UPDATE ON access_audit
BEGIN
    SELECT RAISE(ABORT, 'access_audit is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER access_audit_loses_nothing BEFORE DELETE ON access_audit
BEGIN
    SELECT RAISE(ABORT, 'access_audit is append-only');
END;
-- +goose StatementEnd

CREATE TABLE keys (
    id          TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('backend', 'admin')),
    name        TEXT NOT NULL,
    hash        TEXT NOT NULL UNIQUE CHECK (hash <> ''),
    dossiers    TEXT NOT NULL, -- a JSON array of strings; empty opens every one
    developer   BOOLEAN NOT NULL,
    seeded      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE runs (
    id                TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier           TEXT NOT NULL,
    trigger           TEXT NOT NULL,
    asked_by          TEXT NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'canceled')),
    started_at        BIGINT NOT NULL,
    finished_at       BIGINT,
    error             TEXT NOT NULL,
    customers_read    BIGINT NOT NULL,
    customers_created BIGINT NOT NULL,
    customers_updated BIGINT NOT NULL,
    customers_removed BIGINT NOT NULL,
    contacts_read     BIGINT NOT NULL,
    contacts_created  BIGINT NOT NULL,
    contacts_updated  BIGINT NOT NULL,
    contacts_removed  BIGINT NOT NULL,
    problems          BIGINT NOT NULL,
    CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX runs_by_start ON runs (dossier, started_at);

CREATE TABLE changes (
    run_id TEXT NOT NULL REFERENCES runs (id),
    seq    BIGINT NOT NULL,
    noun   TEXT NOT NULL,
    record TEXT NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
);

CREATE TABLE fingerprints (
    dossier           TEXT NOT NULL PRIMARY KEY,
    fingerprint       TEXT NOT NULL,
    fingerprint_label TEXT NOT NULL
);

-- One row. The first write of every transaction that changes accesses, keys or
-- customers raises it, and so queues such transactions behind one another.
CREATE TABLE revisions (
    name  TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO revisions (name, value) VALUES ('directory', 1);
