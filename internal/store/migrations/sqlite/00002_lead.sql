-- Who synchronises, and what others ask of him.

-- +goose Up
-- One row. The epoch is raised with each change of the leader: whoever writes in
-- a run's name checks that it is still his.
CREATE TABLE leads (
    name    TEXT NOT NULL PRIMARY KEY,
    node    TEXT NOT NULL,
    address TEXT NOT NULL,
    epoch   BIGINT NOT NULL,
    until   BIGINT NOT NULL -- by the database's clock
);
CREATE UNIQUE INDEX leads_by_epoch ON leads (name, epoch);
INSERT INTO leads (name, node, address, epoch, until) VALUES ('sync', '', '', 0, 0);

-- Runs that a node asks of the one that leads.
CREATE TABLE asked_runs (
    id          TEXT NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier     TEXT NOT NULL,
    asked_by    TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    run_id      TEXT NOT NULL,
    joined      BOOLEAN NOT NULL,
    error       TEXT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX asked_runs_by_time ON asked_runs (answered_at, asked_at);
