-- How far a run has come, for the nodes that do not lead.

-- +goose Up
ALTER TABLE runs ADD COLUMN progress TEXT COLLATE "C" NOT NULL DEFAULT ''; -- a JSON object
