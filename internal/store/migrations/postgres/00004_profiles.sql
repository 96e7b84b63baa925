-- Profiles as data: versions that never change, which of them is in force,
-- licence types, defaults, memberships, and the acts of administrators.

-- +goose Up
CREATE TABLE profiles (
    name       TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (name <> ''),
    erp        TEXT COLLATE "C" NOT NULL,
    licence    TEXT COLLATE "C" NOT NULL,
    extends    TEXT COLLATE "C" NOT NULL,
    standard   BOOLEAN NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    changed_by TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Every version a profile ever had, also of those that were deleted.
CREATE TABLE profile_versions (
    profile    TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL CHECK (version >= 1),
    digest     TEXT COLLATE "C" NOT NULL,
    origin     TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    author     TEXT COLLATE "C" NOT NULL,
    note       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    text       TEXT COLLATE "C" NOT NULL,
    tests      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (profile, version)
);

-- +goose StatementBegin
CREATE FUNCTION profile_versions_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'profile_versions is append-only';
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER profile_versions_keep_entries BEFORE UPDATE ON profile_versions
    FOR EACH ROW EXECUTE FUNCTION profile_versions_is_kept();

CREATE TRIGGER profile_versions_lose_nothing BEFORE DELETE ON profile_versions
    FOR EACH ROW EXECUTE FUNCTION profile_versions_is_kept();

CREATE TABLE licences (
    name        TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (name <> ''),
    title_fr    TEXT COLLATE "C" NOT NULL,
    title_en    TEXT COLLATE "C" NOT NULL,
    price_class BIGINT NOT NULL CHECK (price_class >= 1),
    ceiling     TEXT COLLATE "C" NOT NULL, -- a JSON object of strings
    changed_by  TEXT COLLATE "C" NOT NULL,
    changed_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1)
);

-- The defaults of a dossier are one object, whose version stands apart.
CREATE TABLE default_profiles (
    dossier TEXT COLLATE "C" NOT NULL CHECK (dossier <> ''),
    licence TEXT COLLATE "C" NOT NULL,
    profile TEXT COLLATE "C" NOT NULL CHECK (profile <> ''),
    PRIMARY KEY (dossier, licence)
);
CREATE TABLE default_profile_versions (
    dossier TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version >= 1)
);

CREATE TABLE memberships (
    account     TEXT COLLATE "C" NOT NULL CHECK (account <> ''),
    dossier     TEXT COLLATE "C" NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL CHECK (role IN ('administrator', 'user')),
    profile     TEXT COLLATE "C" NOT NULL,
    levels      TEXT COLLATE "C" NOT NULL, -- a JSON object of strings
    note        TEXT COLLATE "C" NOT NULL,
    changed_by  TEXT COLLATE "C" NOT NULL,
    changed_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL CHECK (version >= 1),
    PRIMARY KEY (account, dossier, customer_id),
    FOREIGN KEY (dossier, customer_id) REFERENCES customers (dossier, id)
);
CREATE INDEX memberships_by_customer ON memberships (dossier, customer_id);
CREATE INDEX memberships_by_profile ON memberships (profile);

ALTER TABLE accesses ADD COLUMN licence TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE accesses ADD COLUMN levels TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE access_audit ADD COLUMN licence TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE access_audit ADD COLUMN levels TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX accesses_by_profile ON accesses (profile, dossier);

CREATE TABLE acts (
    seq     BIGINT NOT NULL PRIMARY KEY,
    at      BIGINT NOT NULL,
    by_whom TEXT COLLATE "C" NOT NULL,
    noun    TEXT COLLATE "C" NOT NULL,
    object  TEXT COLLATE "C" NOT NULL,
    action  TEXT COLLATE "C" NOT NULL,
    detail  TEXT COLLATE "C" NOT NULL -- a JSON object of strings
);
CREATE INDEX acts_by_object ON acts (noun, object, seq);

-- +goose StatementBegin
CREATE FUNCTION acts_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'acts is append-only';
END;
$$;
-- +goose StatementEnd

CREATE TRIGGER acts_keep_entries BEFORE UPDATE ON acts
    FOR EACH ROW EXECUTE FUNCTION acts_is_kept();

CREATE TRIGGER acts_lose_nothing BEFORE DELETE ON acts
    FOR EACH ROW EXECUTE FUNCTION acts_is_kept();

INSERT INTO revisions (name, value) VALUES ('profiles', 1);
INSERT INTO revisions (name, value) VALUES ('acts', 0);
