-- schema.sql - the results database. PRAGMA user_version 1.
-- Both arms share every table. Times in ns are of the run's own clock, from its start.
CREATE TABLE experiment (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE, -- the file's name without extension
    question TEXT NOT NULL,
    expect   TEXT NOT NULL,
    seed     INTEGER NOT NULL,
    source   TEXT NOT NULL         -- the file's text
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
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    text  TEXT NOT NULL, -- as an experiment file writes it
    value REAL,          -- in the base unit (ns, bytes, millicores, 1/s, ratio)
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE metric (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    unit  TEXT NOT NULL,
    value REAL, -- NULL: not defined
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE histogram (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    count INTEGER NOT NULL,
    data  BLOB NOT NULL, -- histogram_encode
    PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE series (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name  TEXT NOT NULL,
    at_ns INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (run, name, at_ns)
) WITHOUT ROWID;
CREATE TABLE event (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, -- from 1, in order of time
    at_ns  INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run, number)
) WITHOUT ROWID;

-- Views for plots and export: no host, no wall clock, so that the same plan gives the same rows.
CREATE VIEW run_view AS
    SELECT e.name AS experiment, r.arm, r.point, r.replication, r.cell, r.seed, r.status,
           r.reason, r.config_hash, r.id AS run
    FROM run r JOIN experiment e ON e.id = r.experiment;
CREATE VIEW metric_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, m.name AS metric, m.unit, m.value
    FROM run_view v JOIN metric m USING (run) WHERE v.status = 'done';
CREATE VIEW parameter_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, p.name AS parameter, p.text,
           p.value
    FROM run_view v JOIN parameter p USING (run);
CREATE VIEW series_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, s.name AS series, s.at_ns,
           s.value
    FROM run_view v JOIN series s USING (run) WHERE v.status = 'done';
CREATE VIEW event_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, n.number, n.at_ns, n.kind,
           n.detail
    FROM run_view v JOIN event n USING (run);
-- One row a run: what a first plot needs, in seconds and millicores.
CREATE VIEW latency_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell,
           (SELECT text FROM parameter WHERE run = v.run AND name = 'protocol') AS protocol,
           (SELECT value FROM parameter WHERE run = v.run AND name = 'cpu.limit') AS cpu_limit,
           (SELECT value FROM parameter WHERE run = v.run AND name = 'clients.count') AS clients,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p50') AS p50,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p95') AS p95,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p99') AS p99,
           (SELECT value FROM metric WHERE run = v.run AND name = 'dropped') AS dropped,
           (SELECT value FROM metric WHERE run = v.run AND name = 'cpu.throttled_share')
               AS throttled_share,
           (SELECT value FROM metric WHERE run = v.run AND name = 'cpu.used') AS cpu_used
    FROM run_view v WHERE v.status = 'done';
