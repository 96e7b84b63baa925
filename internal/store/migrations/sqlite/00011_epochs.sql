-- Another company may come under an id that one had before: what is kept by the
-- id carries which of them it belongs to.

-- +goose Up
ALTER TABLE customers ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0; -- that of the customer when it was received
DROP INDEX requests_by_key;
CREATE UNIQUE INDEX requests_by_key ON requests (dossier, customer_id, epoch, idempotency_key) WHERE idempotency_key <> '';
