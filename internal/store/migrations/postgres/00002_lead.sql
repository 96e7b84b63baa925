-- Who synchronises, and what others ask of him.

-- +goose Up
-- One row. The epoch is raised with each change of the leader: whoever writes in
-- a run's name checks that it is still his.
CREATE TABLE leads (
    name    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    node    TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    epoch   BIGINT NOT NULL,
    until   BIGINT NOT NULL -- by the database's clock
);
-- It makes the epoch part of a key: changing it then waits for those who hold the
-- row FOR KEY SHARE, which prolonging the lease does not.
CREATE UNIQUE INDEX leads_by_epoch ON leads (name, epoch);
INSERT INTO leads (name, node, address, epoch, until) VALUES ('sync', '', '', 0, 0);

-- Runs that a node asks of the one that leads.
CREATE TABLE asked_runs (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (id <> ''),
    dossier     TEXT COLLATE "C" NOT NULL,
    asked_by    TEXT COLLATE "C" NOT NULL,
    asked_at    BIGINT NOT NULL,
    run_id      TEXT COLLATE "C" NOT NULL,
    joined      BOOLEAN NOT NULL,
    error       TEXT COLLATE "C" NOT NULL,
    answered_at BIGINT
);
CREATE INDEX asked_runs_by_time ON asked_runs (answered_at, asked_at);
