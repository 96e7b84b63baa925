-- The outbox: what customers ask for and an integrator brings into the ERP.

-- +goose Up
CREATE TABLE requests (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier         TEXT COLLATE "C" NOT NULL CHECK (dossier <> ''),
    customer_id     TEXT COLLATE "C" NOT NULL,
    key_id          TEXT COLLATE "C" NOT NULL,
    contact         TEXT COLLATE "C" NOT NULL,
    actor           TEXT COLLATE "C" NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL CHECK (kind <> ''),
    profile         TEXT COLLATE "C" NOT NULL,
    profile_version BIGINT NOT NULL,
    body            TEXT COLLATE "C" NOT NULL, -- a JSON object
    idempotency_key TEXT COLLATE "C" NOT NULL,
    digest          TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('received', 'taken', 'refused', 'done')),
    received_at     BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    number          TEXT COLLATE "C" NOT NULL,
    attempts        BIGINT NOT NULL,
    taken_by        TEXT COLLATE "C" NOT NULL,
    lease           TEXT COLLATE "C" NOT NULL,
    leased_until    BIGINT,
    not_before      BIGINT NOT NULL, -- given back: nobody takes it earlier
    note            TEXT COLLATE "C" NOT NULL,
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id),
    CHECK (state = 'taken' OR leased_until IS NULL),
    CHECK (state = 'done' OR number = ''),
    CHECK ((state = 'refused') = (reason <> ''))
);
CREATE UNIQUE INDEX requests_by_key ON requests (dossier, customer_id, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX requests_by_customer ON requests (dossier, customer_id, id);
CREATE INDEX requests_by_state ON requests (dossier, state, id);

ALTER TABLE keys DROP CONSTRAINT keys_kind_check;
ALTER TABLE keys ADD CONSTRAINT keys_kind_check CHECK (kind IN ('backend', 'admin', 'integrator'));
