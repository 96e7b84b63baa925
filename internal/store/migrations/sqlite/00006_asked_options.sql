-- What a run that another node asks for is to do.

-- +goose Up
ALTER TABLE asked_runs ADD COLUMN options TEXT NOT NULL DEFAULT ''; -- a JSON object; empty for a run as usual
