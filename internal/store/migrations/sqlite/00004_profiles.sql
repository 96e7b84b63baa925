-- Profiles as data: versions that never change, which of them is in force,
-- licence types, defaults, memberships, and the acts of administrators.

-- +goose Up
CREATE TABLE profiles (
    name       TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    erp        TEXT NOT NULL,
    licence    TEXT NOT NULL,
    extends    TEXT NOT NULL,
    standard   BOOLEAN NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Every version a profile ever had, also of those that were deleted.
CREATE TABLE profile_versions (
    profile    TEXT NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    digest     TEXT NOT NULL,
    origin     TEXT NOT NULL,
    source     TEXT NOT NULL,
    author     TEXT NOT NULL,
    note       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    text       TEXT NOT NULL,
    tests      TEXT NOT NULL,
    PRIMARY KEY (profile, version)
);

-- +goose StatementBegin
CREATE TRIGGER profile_versions_keep_entries BEFORE UPDATE ON profile_versions
BEGIN
    SELECT RAISE(ABORT, 'profile_versions is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER profile_versions_lose_nothing BEFORE DELETE ON profile_versions
BEGIN
    SELECT RAISE(ABORT, 'profile_versions is append-only');
END;
-- +goose StatementEnd

CREATE TABLE licences (
    name        TEXT NOT NULL PRIMARY KEY CHECK (name <> ''),
    title_fr    TEXT NOT NULL,
    title_en    TEXT NOT NULL,
    price_class BIGINT NOT NULL CHECK (price_class >= 1),
    ceiling     TEXT NOT NULL, -- a JSON object of strings
    changed_by  TEXT NOT NULL,
    changed_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1)
);

-- The defaults of a dossier are one object, whose version stands apart.
CREATE TABLE default_profiles (
    dossier TEXT NOT NULL CHECK (dossier <> ''),
    licence TEXT NOT NULL,
    profile TEXT NOT NULL CHECK (profile <> ''),
    PRIMARY KEY (dossier, licence)
);
CREATE TABLE default_profile_versions (
    dossier TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1)
);

CREATE TABLE memberships (
    account     TEXT NOT NULL CHECK (account <> ''),
    dossier     TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    role        TEXT NOT NULL CHECK (role IN ('administrator', 'user')),
    profile     TEXT NOT NULL,
    levels      TEXT NOT NULL, -- a JSON object of strings
    note        TEXT NOT NULL,
    changed_by  TEXT NOT NULL,
    changed_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (account, dossier, customer_id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id)
);
CREATE INDEX memberships_by_customer ON memberships (dossier, customer_id);
CREATE INDEX memberships_by_profile ON memberships (profile);

ALTER TABLE accesses ADD COLUMN licence TEXT NOT NULL DEFAULT '';
ALTER TABLE accesses ADD COLUMN levels TEXT NOT NULL DEFAULT '';
ALTER TABLE access_audit ADD COLUMN licence TEXT NOT NULL DEFAULT '';
ALTER TABLE access_audit ADD COLUMN levels TEXT NOT NULL DEFAULT '';
CREATE INDEX accesses_by_profile ON accesses (profile, dossier);

CREATE TABLE acts (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    by_whom TEXT NOT NULL,
    noun    TEXT NOT NULL,
    object  TEXT NOT NULL,
    action  TEXT NOT NULL,
    detail  TEXT NOT NULL -- a JSON object of strings
);
CREATE INDEX acts_by_object ON acts (noun, object, seq);

-- +goose StatementBegin
CREATE TRIGGER acts_keep_entries BEFORE UPDATE ON acts
BEGIN
    SELECT RAISE(ABORT, 'acts is append-only');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER acts_lose_nothing BEFORE DELETE ON acts
BEGIN
    SELECT RAISE(ABORT, 'acts is append-only');
END;
-- +goose StatementEnd

INSERT INTO revisions (name, value) VALUES ('profiles', 1);
INSERT INTO revisions (name, value) VALUES ('acts', 0);
