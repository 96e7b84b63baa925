-- The changes of large runs, many to a row.

-- +goose Up
CREATE TABLE change_blocks (
    run_id TEXT NOT NULL REFERENCES runs (id),
    first  BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    body   TEXT NOT NULL, -- a JSON array of strings: noun, record, kind and detail of each
    PRIMARY KEY (run_id, first)
);
