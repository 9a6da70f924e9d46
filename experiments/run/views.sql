-- views.sql - made in every database that is opened for writing and lacks them; views that another
-- program defined otherwise are made anew (store_views.c: nothing inside of a view may be a ';').
-- How many runs the plan has: a database with fewer (--shard, interrupted) is called a part.
CREATE TABLE IF NOT EXISTS plan (
    experiment INTEGER NOT NULL, -- experiment.id
    arm        TEXT NOT NULL,
    runs       INTEGER NOT NULL, -- points x replications or repeats, of all shards
    PRIMARY KEY (experiment, arm)
) WITHOUT ROWID;
-- Tries of the real arm that were not sound, or failed: every one of them, so that what was redrawn can be
-- counted. The last of a run is in `run`, too, until a sound one takes its number.
CREATE TABLE IF NOT EXISTS rejected (
    id            INTEGER PRIMARY KEY,
    experiment    INTEGER NOT NULL REFERENCES experiment (id) ON DELETE CASCADE,
    point         INTEGER NOT NULL, -- as in run, replication and cell too
    replication   INTEGER NOT NULL,
    number        INTEGER NOT NULL, -- of the run's rejected tries, from 1
    cell          TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('failed', 'invalid')),
    reason        TEXT NOT NULL,
    config_hash   TEXT NOT NULL,
    code_version  TEXT NOT NULL,
    host          TEXT NOT NULL,
    started_at    TEXT NOT NULL,    -- UTC, ISO 8601
    wall_s        REAL NOT NULL,
    UNIQUE (experiment, point, replication, number, host, started_at)
);
CREATE TABLE IF NOT EXISTS rejected_metric (
    rejected INTEGER NOT NULL, -- rejected.id
    name     TEXT NOT NULL,
    unit     TEXT NOT NULL,
    value    REAL, -- NULL: not defined
    PRIMARY KEY (rejected, name)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS rejected_deleted AFTER DELETE ON rejected BEGIN
    DELETE FROM rejected_metric WHERE rejected = OLD.id;
END;
CREATE VIEW IF NOT EXISTS rejected_view AS
    SELECT e.name AS experiment, 'real' AS arm, r.point, r.replication, r.number, r.cell,
           r.status, r.reason
    FROM rejected r JOIN experiment e ON e.id = r.experiment;
-- Views for plots and export: no host, no wall clock, so that the same plan gives the same rows.
CREATE VIEW IF NOT EXISTS run_view AS
    SELECT e.name AS experiment, r.arm, r.point, r.replication, r.cell, r.seed, r.status,
           r.reason, r.config_hash, r.id AS run
    FROM run r JOIN experiment e ON e.id = r.experiment;
CREATE VIEW IF NOT EXISTS metric_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, m.name AS metric, m.unit, m.value
    FROM run_view v JOIN metric m USING (run) WHERE v.status = 'done';
CREATE VIEW IF NOT EXISTS parameter_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, p.name AS parameter, p.text,
           CASE WHEN p.text <> 'none' THEN p.value END AS value -- 0 is no limit of none
    FROM run_view v JOIN parameter p USING (run);
CREATE VIEW IF NOT EXISTS series_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, s.name AS series, s.at_ns,
           s.value
    FROM run_view v JOIN series s USING (run) WHERE v.status = 'done';
CREATE VIEW IF NOT EXISTS event_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, n.number, n.at_ns, n.kind,
           n.detail
    FROM run_view v JOIN event n USING (run);
-- One row a run: what a first plot needs, in seconds and millicores.
CREATE VIEW IF NOT EXISTS latency_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell,
           (SELECT text FROM parameter WHERE run = v.run AND name = 'protocol') AS protocol,
           (SELECT CASE WHEN q.text <> 'none' THEN 1000 * q.value / p.value
                        WHEN l.text <> 'none' THEN l.value END
            FROM parameter l JOIN parameter q USING (run) JOIN parameter p USING (run)
            WHERE run = v.run AND l.name = 'cpu.limit' AND q.name = 'cpu.quota'
                AND p.name = 'cpu.period') AS cpu_limit, -- NULL: none
           (SELECT value FROM parameter WHERE run = v.run AND name = 'clients.count') AS clients,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p50') AS p50,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p95') AS p95,
           (SELECT value FROM metric WHERE run = v.run AND name = 'delivery.p99') AS p99,
           (SELECT value FROM metric WHERE run = v.run AND name = 'dropped') AS dropped,
           (SELECT value FROM metric WHERE run = v.run AND name = 'cpu.throttled_share')
               AS throttled_share,
           (SELECT value FROM metric WHERE run = v.run AND name = 'cpu.used') AS cpu_used
    FROM run_view v WHERE v.status = 'done';
-- One row a run: the course of its failure (analysis/phases.h), in seconds; NULL: never, not known.
CREATE VIEW IF NOT EXISTS explained_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell,
           max(CASE m.name WHEN 'failure.phase.max' THEN m.value END) AS phase_max,
           max(CASE m.name WHEN 'failure.phase.end' THEN m.value END) AS phase_end,
           max(CASE m.name WHEN 'failure.phase1.first' THEN m.value END) AS phase1_first,
           max(CASE m.name WHEN 'failure.phase1.time' THEN m.value END) AS phase1_time,
           max(CASE m.name WHEN 'failure.phase2.first' THEN m.value END) AS phase2_first,
           max(CASE m.name WHEN 'failure.phase2.time' THEN m.value END) AS phase2_time,
           max(CASE m.name WHEN 'failure.phase3.first' THEN m.value END) AS phase3_first,
           max(CASE m.name WHEN 'failure.phase3.time' THEN m.value END) AS phase3_time,
           max(CASE m.name WHEN 'broke.first' THEN CASE m.value
               WHEN 1 THEN 'p50' WHEN 2 THEN 'p95' WHEN 3 THEN 'p99' WHEN 4 THEN 'queue'
               WHEN 5 THEN 'drops' WHEN 6 THEN 'churn' WHEN 7 THEN 'write-timeouts'
               WHEN 8 THEN 'handshakes' WHEN 9 THEN 'memory' WHEN 10 THEN 'probes'
               WHEN 11 THEN 'pods' WHEN 12 THEN 'killed' ELSE '' END END) AS broke_first,
           max(CASE m.name WHEN 'broke.first.at' THEN m.value END) AS broke_first_at,
           max(CASE m.name WHEN 'pressure.begin' THEN m.value END) AS pressure_begin,
           max(CASE m.name WHEN 'pressure.end' THEN m.value END) AS pressure_end,
           max(CASE m.name WHEN 'recovery.time' THEN m.value END) AS recovery,
           max(CASE m.name WHEN 'metastable' THEN m.value END) AS metastable,
           max(CASE m.name WHEN 'false_green.time' THEN m.value END) AS false_green,
           max(CASE m.name WHEN 'false_green.share' THEN m.value END) AS false_green_share
    FROM run_view v JOIN metric m USING (run) WHERE v.status = 'done' GROUP BY v.run;
