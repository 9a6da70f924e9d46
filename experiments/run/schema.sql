-- schema.sql - the results database. PRAGMA user_version 1.
-- Both arms share every table. Times in ns are of the run's own clock, from its start.
CREATE TABLE experiment (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE, -- the file's name without extension
    question TEXT NOT NULL,
    expect   TEXT NOT NULL,
    seed     INTEGER NOT NULL,
    source   TEXT NOT NULL         -- the file's text, and what --set gave as a comment
);
CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    experiment    INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    arm           TEXT NOT NULL CHECK (arm IN ('sim', 'real')),
    point         INTEGER NOT NULL, -- from 1, in the order of the plan
    replication   INTEGER NOT NULL, -- from 1
    cell          TEXT NOT NULL,    -- "protocol=sse cpu.limit=200m": joins the arms
    seed          INTEGER NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('done', 'failed', 'invalid')),
    reason        TEXT NOT NULL,    -- why it failed or is invalid; ''
    config_hash   TEXT NOT NULL,    -- of all options, trace, seed, replication, code version
    scenario_hash TEXT NOT NULL,    -- of what both arms are asked to do
    code_version  TEXT NOT NULL,
    host          TEXT NOT NULL,
    started_at    TEXT NOT NULL,    -- UTC, ISO 8601
    wall_s        REAL NOT NULL,
    UNIQUE (experiment, arm, point, replication)
);
CREATE TABLE parameter (
    run   INTEGER NOT NULL, -- run.id
    name  TEXT NOT NULL,
    text  TEXT NOT NULL, -- as an experiment file writes it
    value REAL,          -- in the base unit (ns, bytes, millicores, 1/s, ratio)
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE metric (
    run   INTEGER NOT NULL, -- run.id
    name  TEXT NOT NULL,
    unit  TEXT NOT NULL,
    value REAL, -- NULL: not defined
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE histogram (
    run   INTEGER NOT NULL, -- run.id
    name  TEXT NOT NULL,
    count INTEGER NOT NULL,
    data  BLOB NOT NULL, -- histogram_encode
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE series (
    run   INTEGER NOT NULL, -- run.id
    name  TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (run, name, at_ns)
) WITHOUT ROWID;
CREATE TABLE event (
    run    INTEGER NOT NULL, -- run.id
    number INTEGER NOT NULL, -- from 1, in order of time
    at_ns  INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;
-- What belongs to a run goes with it. No foreign keys: they look the run up for each of its rows.
CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN
    DELETE FROM parameter WHERE run = OLD.id;
    DELETE FROM metric WHERE run = OLD.id;
    DELETE FROM histogram WHERE run = OLD.id;
    DELETE FROM series WHERE run = OLD.id;
    DELETE FROM event WHERE run = OLD.id;
END;
