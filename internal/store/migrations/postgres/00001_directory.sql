-- The directory, first form. Times are whole microseconds since 1970-01-01 UTC.
-- Text compares by its bytes (the collation "C"), which the order of ids and the
-- exactness of codes rest on.

-- +goose Up
CREATE TABLE customers (
    dossier         TEXT COLLATE "C" NOT NULL,
    id              TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    code            TEXT COLLATE "C" NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    email           TEXT COLLATE "C" NOT NULL,
    phone           TEXT COLLATE "C" NOT NULL,
    address         TEXT COLLATE "C" NOT NULL,
    postal_code     TEXT COLLATE "C" NOT NULL,
    city            TEXT COLLATE "C" NOT NULL,
    country         TEXT COLLATE "C" NOT NULL,
    vat             TEXT COLLATE "C" NOT NULL,
    registration_no TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'dormant')),
    parent_id       TEXT COLLATE "C" NOT NULL,
    payer_id        TEXT COLLATE "C" NOT NULL,
    representative  TEXT COLLATE "C" NOT NULL,
    tags            TEXT COLLATE "C" NOT NULL, -- a JSON array of strings
    attributes      TEXT COLLATE "C" NOT NULL, -- a JSON object of strings
    technical_id    TEXT COLLATE "C" NOT NULL,
    hash            TEXT COLLATE "C" NOT NULL,
    search          TEXT COLLATE "C" NOT NULL, -- what a search looks in, in one case
    removed_at      BIGINT,
    PRIMARY KEY (dossier, id)
);
CREATE INDEX customers_by_code ON customers (dossier, code, id);

CREATE TABLE contacts (
    dossier     TEXT COLLATE "C" NOT NULL,
    id          TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    customer_id TEXT COLLATE "C" NOT NULL,
    last_name   TEXT COLLATE "C" NOT NULL,
    first_name  TEXT COLLATE "C" NOT NULL,
    function    TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C" NOT NULL,
    phone       TEXT COLLATE "C" NOT NULL,
    mobile      TEXT COLLATE "C" NOT NULL,
    hash        TEXT COLLATE "C" NOT NULL,
    removed_at  BIGINT,
    PRIMARY KEY (dossier, id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id)
);
CREATE INDEX contacts_by_customer ON contacts (dossier, customer_id);

CREATE TABLE accesses (
    dossier        TEXT COLLATE "C" NOT NULL,
    customer_id    TEXT COLLATE "C" NOT NULL,
    profile        TEXT COLLATE "C" NOT NULL,
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('granted', 'pending', 'suspended', 'revoked')),
    suspended_by   TEXT COLLATE "C" NOT NULL CHECK (suspended_by IN ('', 'sync', 'administrator')),
    suspended_from TEXT COLLATE "C" NOT NULL CHECK (suspended_from IN ('', 'granted', 'pending')),
    note           TEXT COLLATE "C" NOT NULL,
    changed_by     TEXT COLLATE "C" NOT NULL,
    changed_at     BIGINT NOT NULL,
    version        BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (dossier, customer_id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id),
    CHECK ((state = 'suspended') = (suspended_by <> '')),
    CHECK (state = 'suspended' OR suspended_from = '')
);

-- Every version an access ever had, the present one included.
CREATE TABLE access_audit (
    dossier        TEXT COLLATE "C" NOT NULL,
    customer_id    TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL,
    profile        TEXT COLLATE "C" NOT NULL,
    state          TEXT COLLATE "C" NOT NULL,
    suspended_by   TEXT COLLATE "C" NOT NULL,
    suspended_from TEXT COLLATE "C" NOT NULL,
    note           TEXT COLLATE "C" NOT NULL,
    changed_by     TEXT COLLATE "C" NOT NULL,
    changed_at     BIGINT NOT NULL,
    PRIMARY KEY (dossier, customer_id, version)
);

-- +goose StatementBegin
CREATE FUNCTION access_audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'access_audit is append-only';
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER access_audit_keeps_entries BEFORE UPDATE ON access_audit
    FOR EACH ROW EXECUTE FUNCTION access_audit_is_kept();

CREATE TRIGGER access_audit_loses_nothing BEFORE DELETE ON access_audit
    FOR EACH ROW EXECUTE FUNCTION access_audit_is_kept();

CREATE TRIGGER access_audit_is_not_emptied BEFORE TRUNCATE ON access_audit
    FOR EACH STATEMENT EXECUTE FUNCTION access_audit_is_kept();

CREATE TABLE keys (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    kind        TEXT COLLATE "C" NOT NULL CHECK (kind IN ('backend', 'admin')),
    name        TEXT COLLATE "C" NOT NULL,
    hash        TEXT COLLATE "C" NOT NULL UNIQUE CHECK (hash <> ''),
    dossiers    TEXT COLLATE "C" NOT NULL, -- a JSON array of strings; empty opens every one
    developer   BOOLEAN NOT NULL,
    seeded      BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE runs (
    id                TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier           TEXT COLLATE "C" NOT NULL,
    trigger           TEXT COLLATE "C" NOT NULL,
    asked_by          TEXT COLLATE "C" NOT NULL,
    state             TEXT COLLATE "C" NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'canceled')),
    started_at        BIGINT NOT NULL,
    finished_at       BIGINT,
    error             TEXT COLLATE "C" NOT NULL,
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
    run_id TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    seq    BIGINT NOT NULL,
    noun   TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    kind   TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run_id, seq)
);

CREATE TABLE fingerprints (
    dossier           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fingerprint       TEXT COLLATE "C" NOT NULL,
    fingerprint_label TEXT COLLATE "C" NOT NULL
);

-- One row. The first write of every transaction that changes accesses, keys or
-- customers raises it, and so queues such transactions behind one another.
CREATE TABLE revisions (
    name  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO revisions (name, value) VALUES ('directory', 1);
