-- A short way to the customers who are gone, or had other codes before.

-- +goose Up
CREATE INDEX customers_past ON customers (dossier, id) WHERE former_codes <> '' OR removed_at IS NOT NULL;
