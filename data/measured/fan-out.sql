PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE experiment (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE, -- the file's name without extension
    question TEXT NOT NULL,
    expect   TEXT NOT NULL,
    seed     INTEGER NOT NULL,
    source   TEXT NOT NULL         -- the file's text
);
INSERT INTO experiment VALUES(1,'fan-out','Do the first byte and the slope of a fan-out match the real server''s?','Both, when calm, within 15 % for both protocols, and the clients are served in one order, which on uvloop is not that of subscription.',1,replace('# One publish at a time to 500 clients, with CPU to spare: when the first client has it, and how much\n# later each next one. 3.7/s is out of step with the quota periods, and every gap is long enough for\n# the kernel to acknowledge at once (models/quick_ack.h). pushsim compare --fan-out shows both arms.\n# What is judged is each run''s calm quarter (models/fan_out.h): the host''s neighbours slow single\n# seconds by a third to twice. Takes about a minute a repeat on the real arm and a second on the sim arm.\nquestion: Do the first byte and the slope of a fan-out match the real server''s?\nexpect: Both, when calm, within 15 % for both protocols, and the clients are served in one order, which on uvloop\n  is not that of subscription.\nprofile: ../../data/profiles/fastapi-uvicorn.yaml\nserver_spec: ../replay/servers/fastapi-uvicorn.yaml\ncpu: { limit: 1000m }\nclients: { count: 500 }\nworkload:\n  phases:\n    - { name: publishes, duration: 16s, rate: 3.7/s }\nsweep:\n  protocol: [sse, websocket]\nreplications: 10\nreal: { repeats: 5 }\nassert:\n  - dropped == 0\n  - delivery.slope.p50 > 0\n','\n',char(10)));
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
INSERT INTO run VALUES(1,1,'real',1,1,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:35:45Z',17.487799257999999014);
INSERT INTO run VALUES(2,1,'real',2,1,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:36:03Z',35.46020474800000244);
INSERT INTO run VALUES(3,1,'real',1,2,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:36:38Z',17.476653997999999745);
INSERT INTO run VALUES(4,1,'real',2,2,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:36:56Z',17.60428063799999876);
INSERT INTO run VALUES(5,1,'real',1,3,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:37:13Z',17.486341088999999727);
INSERT INTO run VALUES(6,1,'real',2,3,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+b418e19','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T18:37:31Z',17.609845383999999767);
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
INSERT INTO metric VALUES(1,'backlog.max','1',500.0);
INSERT INTO metric VALUES(1,'backlog.memory','B',38989824.0);
INSERT INTO metric VALUES(1,'broke.churn','s',NULL);
INSERT INTO metric VALUES(1,'broke.drops','s',NULL);
INSERT INTO metric VALUES(1,'broke.first','1',0.0);
INSERT INTO metric VALUES(1,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(1,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(1,'broke.killed','s',NULL);
INSERT INTO metric VALUES(1,'broke.memory','s',NULL);
INSERT INTO metric VALUES(1,'broke.p50','s',NULL);
INSERT INTO metric VALUES(1,'broke.p95','s',NULL);
INSERT INTO metric VALUES(1,'broke.p99','s',NULL);
INSERT INTO metric VALUES(1,'broke.pods','s',NULL);
INSERT INTO metric VALUES(1,'broke.probes','s',NULL);
INSERT INTO metric VALUES(1,'broke.queue','s',NULL);
INSERT INTO metric VALUES(1,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(1,'client.cpu_share','1',0.02111113157663333309);
INSERT INTO metric VALUES(1,'client.cpu_share_max','1',0.023837717106679378459);
INSERT INTO metric VALUES(1,'client.gaps','1',0.0);
INSERT INTO metric VALUES(1,'client.late.max','s',0.0002391035000000000122);
INSERT INTO metric VALUES(1,'client.late.p99','s',0.0002391035000000000122);
INSERT INTO metric VALUES(1,'client.strange','1',0.0);
INSERT INTO metric VALUES(1,'client.valid','1',1.0);
INSERT INTO metric VALUES(1,'client.wait_share','1',4.9410996006802657934e-05);
INSERT INTO metric VALUES(1,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(1,'clients.open','1',500.0);
INSERT INTO metric VALUES(1,'clients.planned','1',500.0);
INSERT INTO metric VALUES(1,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(1,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(1,'connect.p50','s',0.016842751499999999292);
INSERT INTO metric VALUES(1,'connect.p99','s',0.04312268749999999956);
INSERT INTO metric VALUES(1,'connections','1',500.0);
INSERT INTO metric VALUES(1,'connects','1',0.0);
INSERT INTO metric VALUES(1,'connects.failed','1',0.0);
INSERT INTO metric VALUES(1,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(1,'connects.opened','1',0.0);
INSERT INTO metric VALUES(1,'cpu.periods','1',123.0);
INSERT INTO metric VALUES(1,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(1,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(1,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(1,'cpu.used','s',0.75879298500000003091);
INSERT INTO metric VALUES(1,'delivered','1',29500.0);
INSERT INTO metric VALUES(1,'delivery.first.calm','s',0.0063429699999999998583);
INSERT INTO metric VALUES(1,'delivery.first.p10','s',0.0063406074999999995772);
INSERT INTO metric VALUES(1,'delivery.first.p50','s',0.0065699835000000003301);
INSERT INTO metric VALUES(1,'delivery.last.p50','s',0.012681215500000000626);
INSERT INTO metric VALUES(1,'delivery.max','s',0.016968554000000000275);
INSERT INTO metric VALUES(1,'delivery.mean','s',0.0097913943094237280984);
INSERT INTO metric VALUES(1,'delivery.order','1',0.069644150576602226188);
INSERT INTO metric VALUES(1,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(1,'delivery.p50','s',0.0097320954999999993717);
INSERT INTO metric VALUES(1,'delivery.p95','s',0.012681215500000000626);
INSERT INTO metric VALUES(1,'delivery.p99','s',0.01445068749999999999);
INSERT INTO metric VALUES(1,'delivery.p999','s',0.016678911500000000861);
INSERT INTO metric VALUES(1,'delivery.slope','s',1.2404576271186440209e-05);
INSERT INTO metric VALUES(1,'delivery.slope.calm','s',1.1386448897795592395e-05);
INSERT INTO metric VALUES(1,'delivery.slope.p10','s',1.0911500000000000476e-05);
INSERT INTO metric VALUES(1,'delivery.slope.p50','s',1.2319499999999999531e-05);
INSERT INTO metric VALUES(1,'disconnects','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(1,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(1,'dropped','1',0.0);
INSERT INTO metric VALUES(1,'due','1',29500.0);
INSERT INTO metric VALUES(1,'duration','s',16.001908759999999177);
INSERT INTO metric VALUES(1,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(1,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(1,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(1,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(1,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(1,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(1,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(1,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(1,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(1,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(1,'false_green.share','1',0.0);
INSERT INTO metric VALUES(1,'false_green.time','s',0.0);
INSERT INTO metric VALUES(1,'floor.capacity','1/s',217735.91714122734264);
INSERT INTO metric VALUES(1,'floor.cpu_share','1',0.095307890768445216456);
INSERT INTO metric VALUES(1,'floor.first','s',0.00050892750000000000921);
INSERT INTO metric VALUES(1,'floor.late.p99','s',0.00017561550000000001291);
INSERT INTO metric VALUES(1,'floor.p50','s',0.0028590074999999999516);
INSERT INTO metric VALUES(1,'floor.p99','s',0.0058490874999999999464);
INSERT INTO metric VALUES(1,'floor.step','s',4.5927195344228964562e-06);
INSERT INTO metric VALUES(1,'host.memory.after','s',7.4120439999999999285e-08);
INSERT INTO metric VALUES(1,'host.memory.before','s',5.6217520000000000069e-08);
INSERT INTO metric VALUES(1,'host.other_share','1',0.0053008798654863792734);
INSERT INTO metric VALUES(1,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(1,'host.work.after','s',1.1048050000000000948e-09);
INSERT INTO metric VALUES(1,'host.work.before','s',1.1178850000000000124e-09);
INSERT INTO metric VALUES(1,'in_flight','1',0.0);
INSERT INTO metric VALUES(1,'load.end','s',16.0);
INSERT INTO metric VALUES(1,'lost','1',0.0);
INSERT INTO metric VALUES(1,'memory.end','B',38981632.0);
INSERT INTO metric VALUES(1,'memory.peak','B',38989824.0);
INSERT INTO metric VALUES(1,'metastable','1',NULL);
INSERT INTO metric VALUES(1,'oom.kills','1',0.0);
INSERT INTO metric VALUES(1,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(1,'pressure.end','s',NULL);
INSERT INTO metric VALUES(1,'publish.answered','1',59.0);
INSERT INTO metric VALUES(1,'publish.failed','1',0.0);
INSERT INTO metric VALUES(1,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(1,'published','1',59.0);
INSERT INTO metric VALUES(1,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(1,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(1,'reconnects','1',0.0);
INSERT INTO metric VALUES(1,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(1,'recovery.time','s',NULL);
INSERT INTO metric VALUES(1,'restarts','1',0.0);
INSERT INTO metric VALUES(1,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(1,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(1,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(1,'server.dropped','1',0.0);
INSERT INTO metric VALUES(1,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(1,'server.published','1',59.0);
INSERT INTO metric VALUES(1,'server.queued','1',0.0);
INSERT INTO metric VALUES(1,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(1,'server.rejected','1',0.0);
INSERT INTO metric VALUES(1,'server.resident_bytes','1',49479680.0);
INSERT INTO metric VALUES(1,'server.sent','1',29500.0);
INSERT INTO metric VALUES(1,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(1,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(1,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(1,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(1,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(1,'setup.cpu','s',0.16747068000000001064);
INSERT INTO metric VALUES(1,'setup.memory','B',38727680.0);
INSERT INTO metric VALUES(1,'setup.memory.before','B',25358336.0);
INSERT INTO metric VALUES(1,'teardown.cpu','s',0.043007421999999996542);
INSERT INTO metric VALUES(2,'backlog.max','1',500.0);
INSERT INTO metric VALUES(2,'backlog.memory','B',44474368.0);
INSERT INTO metric VALUES(2,'broke.churn','s',NULL);
INSERT INTO metric VALUES(2,'broke.drops','s',NULL);
INSERT INTO metric VALUES(2,'broke.first','1',0.0);
INSERT INTO metric VALUES(2,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(2,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(2,'broke.killed','s',NULL);
INSERT INTO metric VALUES(2,'broke.memory','s',NULL);
INSERT INTO metric VALUES(2,'broke.p50','s',NULL);
INSERT INTO metric VALUES(2,'broke.p95','s',NULL);
INSERT INTO metric VALUES(2,'broke.p99','s',NULL);
INSERT INTO metric VALUES(2,'broke.pods','s',NULL);
INSERT INTO metric VALUES(2,'broke.probes','s',NULL);
INSERT INTO metric VALUES(2,'broke.queue','s',NULL);
INSERT INTO metric VALUES(2,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(2,'client.cpu_share','1',0.033132856893629616945);
INSERT INTO metric VALUES(2,'client.cpu_share_max','1',0.080153595561226323451);
INSERT INTO metric VALUES(2,'client.gaps','1',0.0);
INSERT INTO metric VALUES(2,'client.late.max','s',0.00040646600000000002129);
INSERT INTO metric VALUES(2,'client.late.p99','s',0.00040646600000000002129);
INSERT INTO metric VALUES(2,'client.strange','1',0.0);
INSERT INTO metric VALUES(2,'client.valid','1',1.0);
INSERT INTO metric VALUES(2,'client.wait_share','1',0.00019280824523752889375);
INSERT INTO metric VALUES(2,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(2,'clients.open','1',500.0);
INSERT INTO metric VALUES(2,'clients.planned','1',500.0);
INSERT INTO metric VALUES(2,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(2,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(2,'connect.p50','s',0.046792703499999997729);
INSERT INTO metric VALUES(2,'connect.p99','s',0.078905343500000002521);
INSERT INTO metric VALUES(2,'connections','1',500.0);
INSERT INTO metric VALUES(2,'connects','1',0.0);
INSERT INTO metric VALUES(2,'connects.failed','1',0.0);
INSERT INTO metric VALUES(2,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(2,'connects.opened','1',0.0);
INSERT INTO metric VALUES(2,'cpu.periods','1',133.0);
INSERT INTO metric VALUES(2,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(2,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(2,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(2,'cpu.used','s',1.4515902089999999091);
INSERT INTO metric VALUES(2,'delivered','1',29500.0);
INSERT INTO metric VALUES(2,'delivery.first.calm','s',0.01283624099999999997);
INSERT INTO metric VALUES(2,'delivery.first.p10','s',0.012681215500000000626);
INSERT INTO metric VALUES(2,'delivery.first.p50','s',0.013205503500000000116);
INSERT INTO metric VALUES(2,'delivery.last.p50','s',0.022478847499999999454);
INSERT INTO metric VALUES(2,'delivery.max','s',0.045481983500000003339);
INSERT INTO metric VALUES(2,'delivery.mean','s',0.020114021982915251951);
INSERT INTO metric VALUES(2,'delivery.order','1',-0.040617090468361830013);
INSERT INTO metric VALUES(2,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(2,'delivery.p50','s',0.018939903500000000724);
INSERT INTO metric VALUES(2,'delivery.p95','s',0.032571391499999997887);
INSERT INTO metric VALUES(2,'delivery.p99','s',0.042598399500000001804);
INSERT INTO metric VALUES(2,'delivery.p999','s',0.045481983500000003339);
INSERT INTO metric VALUES(2,'delivery.slope','s',1.8895813559322033613e-05);
INSERT INTO metric VALUES(2,'delivery.slope.calm','s',1.8039789579158316441e-05);
INSERT INTO metric VALUES(2,'delivery.slope.p10','s',1.2703499999999999581e-05);
INSERT INTO metric VALUES(2,'delivery.slope.p50','s',1.8495499999999999354e-05);
INSERT INTO metric VALUES(2,'disconnects','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(2,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(2,'dropped','1',0.0);
INSERT INTO metric VALUES(2,'due','1',29500.0);
INSERT INTO metric VALUES(2,'duration','s',16.001720610999999649);
INSERT INTO metric VALUES(2,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(2,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(2,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(2,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(2,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(2,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(2,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(2,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(2,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(2,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(2,'false_green.share','1',0.0);
INSERT INTO metric VALUES(2,'false_green.time','s',0.0);
INSERT INTO metric VALUES(2,'floor.capacity','1/s',215488.23224181440309);
INSERT INTO metric VALUES(2,'floor.cpu_share','1',0.095369708247766735165);
INSERT INTO metric VALUES(2,'floor.first','s',0.00053043149999999999848);
INSERT INTO metric VALUES(2,'floor.late.p99','s',0.00016915800000000000909);
INSERT INTO metric VALUES(2,'floor.p50','s',0.0029736954999999998944);
INSERT INTO metric VALUES(2,'floor.p99','s',0.0060456954999999999722);
INSERT INTO metric VALUES(2,'floor.step','s',4.640624639204567138e-06);
INSERT INTO metric VALUES(2,'host.memory.after','s',1.3337136000000001908e-07);
INSERT INTO metric VALUES(2,'host.memory.before','s',1.0660635999999999084e-07);
INSERT INTO metric VALUES(2,'host.other_share','1',0.0035402264165755926474);
INSERT INTO metric VALUES(2,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(2,'host.work.after','s',1.150395000000000141e-09);
INSERT INTO metric VALUES(2,'host.work.before','s',1.1526950000000000194e-09);
INSERT INTO metric VALUES(2,'in_flight','1',0.0);
INSERT INTO metric VALUES(2,'load.end','s',16.0);
INSERT INTO metric VALUES(2,'lost','1',0.0);
INSERT INTO metric VALUES(2,'memory.end','B',44474368.0);
INSERT INTO metric VALUES(2,'memory.peak','B',44478464.0);
INSERT INTO metric VALUES(2,'metastable','1',NULL);
INSERT INTO metric VALUES(2,'oom.kills','1',0.0);
INSERT INTO metric VALUES(2,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(2,'pressure.end','s',NULL);
INSERT INTO metric VALUES(2,'publish.answered','1',59.0);
INSERT INTO metric VALUES(2,'publish.failed','1',0.0);
INSERT INTO metric VALUES(2,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(2,'published','1',59.0);
INSERT INTO metric VALUES(2,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(2,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(2,'reconnects','1',0.0);
INSERT INTO metric VALUES(2,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(2,'recovery.time','s',NULL);
INSERT INTO metric VALUES(2,'restarts','1',0.0);
INSERT INTO metric VALUES(2,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(2,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(2,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(2,'server.dropped','1',0.0);
INSERT INTO metric VALUES(2,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(2,'server.published','1',59.0);
INSERT INTO metric VALUES(2,'server.queued','1',0.0);
INSERT INTO metric VALUES(2,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(2,'server.rejected','1',0.0);
INSERT INTO metric VALUES(2,'server.resident_bytes','1',55828480.0);
INSERT INTO metric VALUES(2,'server.sent','1',29500.0);
INSERT INTO metric VALUES(2,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(2,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(2,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(2,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(2,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(2,'setup.cpu','s',0.40830498300000001021);
INSERT INTO metric VALUES(2,'setup.memory','B',44478464.0);
INSERT INTO metric VALUES(2,'setup.memory.before','B',24555520.0);
INSERT INTO metric VALUES(2,'teardown.cpu','s',0.062392952000000001522);
INSERT INTO metric VALUES(3,'backlog.max','1',500.0);
INSERT INTO metric VALUES(3,'backlog.memory','B',38711296.0);
INSERT INTO metric VALUES(3,'broke.churn','s',NULL);
INSERT INTO metric VALUES(3,'broke.drops','s',NULL);
INSERT INTO metric VALUES(3,'broke.first','1',0.0);
INSERT INTO metric VALUES(3,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(3,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(3,'broke.killed','s',NULL);
INSERT INTO metric VALUES(3,'broke.memory','s',NULL);
INSERT INTO metric VALUES(3,'broke.p50','s',NULL);
INSERT INTO metric VALUES(3,'broke.p95','s',NULL);
INSERT INTO metric VALUES(3,'broke.p99','s',NULL);
INSERT INTO metric VALUES(3,'broke.pods','s',NULL);
INSERT INTO metric VALUES(3,'broke.probes','s',NULL);
INSERT INTO metric VALUES(3,'broke.queue','s',NULL);
INSERT INTO metric VALUES(3,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(3,'client.cpu_share','1',0.022870534792838136811);
INSERT INTO metric VALUES(3,'client.cpu_share_max','1',0.025166774969336717926);
INSERT INTO metric VALUES(3,'client.gaps','1',0.0);
INSERT INTO metric VALUES(3,'client.late.max','s',0.00030385299999999997901);
INSERT INTO metric VALUES(3,'client.late.p99','s',0.00030385299999999997901);
INSERT INTO metric VALUES(3,'client.strange','1',0.0);
INSERT INTO metric VALUES(3,'client.valid','1',1.0);
INSERT INTO metric VALUES(3,'client.wait_share','1',9.9398502739420649615e-05);
INSERT INTO metric VALUES(3,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(3,'clients.open','1',500.0);
INSERT INTO metric VALUES(3,'clients.planned','1',500.0);
INSERT INTO metric VALUES(3,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(3,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(3,'connect.p50','s',0.017629183499999999396);
INSERT INTO metric VALUES(3,'connect.p99','s',0.042860543500000000682);
INSERT INTO metric VALUES(3,'connections','1',500.0);
INSERT INTO metric VALUES(3,'connects','1',0.0);
INSERT INTO metric VALUES(3,'connects.failed','1',0.0);
INSERT INTO metric VALUES(3,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(3,'connects.opened','1',0.0);
INSERT INTO metric VALUES(3,'cpu.periods','1',123.0);
INSERT INTO metric VALUES(3,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(3,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(3,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(3,'cpu.used','s',0.68430154899999995343);
INSERT INTO metric VALUES(3,'delivered','1',29500.0);
INSERT INTO metric VALUES(3,'delivery.first.calm','s',0.006675015999999999762);
INSERT INTO metric VALUES(3,'delivery.first.p10','s',0.0066027515000000001899);
INSERT INTO metric VALUES(3,'delivery.first.p50','s',0.0068321275000000000754);
INSERT INTO metric VALUES(3,'delivery.last.p50','s',0.011501567500000000471);
INSERT INTO metric VALUES(3,'delivery.max','s',0.013991935500000000219);
INSERT INTO metric VALUES(3,'delivery.mean','s',0.0092893383253898308138);
INSERT INTO metric VALUES(3,'delivery.order','1',0.031234492937971754938);
INSERT INTO metric VALUES(3,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(3,'delivery.p50','s',0.0092733434999999996006);
INSERT INTO metric VALUES(3,'delivery.p95','s',0.011501567500000000471);
INSERT INTO metric VALUES(3,'delivery.p99','s',0.012746751500000000345);
INSERT INTO metric VALUES(3,'delivery.p999','s',0.013729791499999999607);
INSERT INTO metric VALUES(3,'delivery.slope','s',9.4080508474576280478e-06);
INSERT INTO metric VALUES(3,'delivery.slope.calm','s',9.1070961923847691295e-06);
INSERT INTO metric VALUES(3,'delivery.slope.p10','s',8.9275000000000004985e-06);
INSERT INTO metric VALUES(3,'delivery.slope.p50','s',9.2475000000000008226e-06);
INSERT INTO metric VALUES(3,'disconnects','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(3,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(3,'dropped','1',0.0);
INSERT INTO metric VALUES(3,'due','1',29500.0);
INSERT INTO metric VALUES(3,'duration','s',16.002178253000000296);
INSERT INTO metric VALUES(3,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(3,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(3,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(3,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(3,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(3,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(3,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(3,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(3,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(3,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(3,'false_green.share','1',0.0);
INSERT INTO metric VALUES(3,'false_green.time','s',0.0);
INSERT INTO metric VALUES(3,'floor.capacity','1/s',217735.91714122734264);
INSERT INTO metric VALUES(3,'floor.cpu_share','1',0.095307890768445216456);
INSERT INTO metric VALUES(3,'floor.first','s',0.00050892750000000000921);
INSERT INTO metric VALUES(3,'floor.late.p99','s',0.00017561550000000001291);
INSERT INTO metric VALUES(3,'floor.p50','s',0.0028590074999999999516);
INSERT INTO metric VALUES(3,'floor.p99','s',0.0058490874999999999464);
INSERT INTO metric VALUES(3,'floor.step','s',4.5927195344228964562e-06);
INSERT INTO metric VALUES(3,'host.memory.after','s',4.3404720000000000636e-08);
INSERT INTO metric VALUES(3,'host.memory.before','s',3.5835500000000003483e-08);
INSERT INTO metric VALUES(3,'host.other_share','1',0.0058156997648176811041);
INSERT INTO metric VALUES(3,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(3,'host.work.after','s',1.1147800000000001559e-09);
INSERT INTO metric VALUES(3,'host.work.before','s',1.1724349999999999946e-09);
INSERT INTO metric VALUES(3,'in_flight','1',0.0);
INSERT INTO metric VALUES(3,'load.end','s',16.0);
INSERT INTO metric VALUES(3,'lost','1',0.0);
INSERT INTO metric VALUES(3,'memory.end','B',38711296.0);
INSERT INTO metric VALUES(3,'memory.peak','B',38711296.0);
INSERT INTO metric VALUES(3,'metastable','1',NULL);
INSERT INTO metric VALUES(3,'oom.kills','1',0.0);
INSERT INTO metric VALUES(3,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(3,'pressure.end','s',NULL);
INSERT INTO metric VALUES(3,'publish.answered','1',59.0);
INSERT INTO metric VALUES(3,'publish.failed','1',0.0);
INSERT INTO metric VALUES(3,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(3,'published','1',59.0);
INSERT INTO metric VALUES(3,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(3,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(3,'reconnects','1',0.0);
INSERT INTO metric VALUES(3,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(3,'recovery.time','s',NULL);
INSERT INTO metric VALUES(3,'restarts','1',0.0);
INSERT INTO metric VALUES(3,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(3,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(3,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(3,'server.dropped','1',0.0);
INSERT INTO metric VALUES(3,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(3,'server.published','1',59.0);
INSERT INTO metric VALUES(3,'server.queued','1',0.0);
INSERT INTO metric VALUES(3,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(3,'server.rejected','1',0.0);
INSERT INTO metric VALUES(3,'server.resident_bytes','1',49422336.0);
INSERT INTO metric VALUES(3,'server.sent','1',29500.0);
INSERT INTO metric VALUES(3,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(3,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(3,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(3,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(3,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(3,'setup.cpu','s',0.16972472799999999137);
INSERT INTO metric VALUES(3,'setup.memory','B',38187008.0);
INSERT INTO metric VALUES(3,'setup.memory.before','B',25079808.0);
INSERT INTO metric VALUES(3,'teardown.cpu','s',0.040697246999999998895);
INSERT INTO metric VALUES(4,'backlog.max','1',500.0);
INSERT INTO metric VALUES(4,'backlog.memory','B',44359680.0);
INSERT INTO metric VALUES(4,'broke.churn','s',NULL);
INSERT INTO metric VALUES(4,'broke.drops','s',NULL);
INSERT INTO metric VALUES(4,'broke.first','1',0.0);
INSERT INTO metric VALUES(4,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(4,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(4,'broke.killed','s',NULL);
INSERT INTO metric VALUES(4,'broke.memory','s',NULL);
INSERT INTO metric VALUES(4,'broke.p50','s',NULL);
INSERT INTO metric VALUES(4,'broke.p95','s',NULL);
INSERT INTO metric VALUES(4,'broke.p99','s',NULL);
INSERT INTO metric VALUES(4,'broke.pods','s',NULL);
INSERT INTO metric VALUES(4,'broke.probes','s',NULL);
INSERT INTO metric VALUES(4,'broke.queue','s',NULL);
INSERT INTO metric VALUES(4,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(4,'client.cpu_share','1',0.021019895546133916114);
INSERT INTO metric VALUES(4,'client.cpu_share_max','1',0.023718218177890899173);
INSERT INTO metric VALUES(4,'client.gaps','1',0.0);
INSERT INTO metric VALUES(4,'client.late.max','s',0.00094003149999999997994);
INSERT INTO metric VALUES(4,'client.late.p99','s',0.00094003149999999997994);
INSERT INTO metric VALUES(4,'client.strange','1',0.0);
INSERT INTO metric VALUES(4,'client.valid','1',1.0);
INSERT INTO metric VALUES(4,'client.wait_share','1',0.00012363499362505957993);
INSERT INTO metric VALUES(4,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(4,'clients.open','1',500.0);
INSERT INTO metric VALUES(4,'clients.planned','1',500.0);
INSERT INTO metric VALUES(4,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(4,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(4,'connect.p50','s',0.030867455500000001711);
INSERT INTO metric VALUES(4,'connect.p99','s',0.06042419150000000183);
INSERT INTO metric VALUES(4,'connections','1',500.0);
INSERT INTO metric VALUES(4,'connects','1',0.0);
INSERT INTO metric VALUES(4,'connects.failed','1',0.0);
INSERT INTO metric VALUES(4,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(4,'connects.opened','1',0.0);
INSERT INTO metric VALUES(4,'cpu.periods','1',126.0);
INSERT INTO metric VALUES(4,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(4,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(4,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(4,'cpu.used','s',0.8929623920000000492);
INSERT INTO metric VALUES(4,'delivered','1',29500.0);
INSERT INTO metric VALUES(4,'delivery.first.calm','s',0.010080205999999999541);
INSERT INTO metric VALUES(4,'delivery.first.p10','s',0.0098631675000000005454);
INSERT INTO metric VALUES(4,'delivery.first.p50','s',0.010125311499999999423);
INSERT INTO metric VALUES(4,'delivery.last.p50','s',0.014909439499999999761);
INSERT INTO metric VALUES(4,'delivery.max','s',0.017104543999999999304);
INSERT INTO metric VALUES(4,'delivery.mean','s',0.012626009285322033898);
INSERT INTO metric VALUES(4,'delivery.order','1',-0.060428593714374902179);
INSERT INTO metric VALUES(4,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(4,'delivery.p50','s',0.012550143499999999452);
INSERT INTO metric VALUES(4,'delivery.p95','s',0.015237119500000000094);
INSERT INTO metric VALUES(4,'delivery.p99','s',0.016089087500000001651);
INSERT INTO metric VALUES(4,'delivery.p999','s',0.016842751499999999292);
INSERT INTO metric VALUES(4,'delivery.slope','s',9.7797627118644071741e-06);
INSERT INTO metric VALUES(4,'delivery.slope.calm','s',7.8687234468937877567e-06);
INSERT INTO metric VALUES(4,'delivery.slope.p10','s',7.7914999999999998555e-06);
INSERT INTO metric VALUES(4,'delivery.slope.p50','s',9.5034999999999997272e-06);
INSERT INTO metric VALUES(4,'disconnects','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(4,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(4,'dropped','1',0.0);
INSERT INTO metric VALUES(4,'due','1',29500.0);
INSERT INTO metric VALUES(4,'duration','s',16.003001903000001249);
INSERT INTO metric VALUES(4,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(4,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(4,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(4,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(4,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(4,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(4,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(4,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(4,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(4,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(4,'false_green.share','1',0.0);
INSERT INTO metric VALUES(4,'false_green.time','s',0.0);
INSERT INTO metric VALUES(4,'floor.capacity','1/s',215488.23224181440309);
INSERT INTO metric VALUES(4,'floor.cpu_share','1',0.095369708247766735165);
INSERT INTO metric VALUES(4,'floor.first','s',0.00053043149999999999848);
INSERT INTO metric VALUES(4,'floor.late.p99','s',0.00016915800000000000909);
INSERT INTO metric VALUES(4,'floor.p50','s',0.0029736954999999998944);
INSERT INTO metric VALUES(4,'floor.p99','s',0.0060456954999999999722);
INSERT INTO metric VALUES(4,'floor.step','s',4.640624639204567138e-06);
INSERT INTO metric VALUES(4,'host.memory.after','s',1.1318150000000000005e-07);
INSERT INTO metric VALUES(4,'host.memory.before','s',4.6951479999999995531e-08);
INSERT INTO metric VALUES(4,'host.other_share','1',0.0050894410565746617258);
INSERT INTO metric VALUES(4,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(4,'host.work.after','s',1.1222350000000001059e-09);
INSERT INTO metric VALUES(4,'host.work.before','s',1.1682800000000000229e-09);
INSERT INTO metric VALUES(4,'in_flight','1',0.0);
INSERT INTO metric VALUES(4,'load.end','s',16.0);
INSERT INTO metric VALUES(4,'lost','1',0.0);
INSERT INTO metric VALUES(4,'memory.end','B',44359680.0);
INSERT INTO metric VALUES(4,'memory.peak','B',44359680.0);
INSERT INTO metric VALUES(4,'metastable','1',NULL);
INSERT INTO metric VALUES(4,'oom.kills','1',0.0);
INSERT INTO metric VALUES(4,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(4,'pressure.end','s',NULL);
INSERT INTO metric VALUES(4,'publish.answered','1',59.0);
INSERT INTO metric VALUES(4,'publish.failed','1',0.0);
INSERT INTO metric VALUES(4,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(4,'published','1',59.0);
INSERT INTO metric VALUES(4,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(4,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(4,'reconnects','1',0.0);
INSERT INTO metric VALUES(4,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(4,'recovery.time','s',NULL);
INSERT INTO metric VALUES(4,'restarts','1',0.0);
INSERT INTO metric VALUES(4,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(4,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(4,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(4,'server.dropped','1',0.0);
INSERT INTO metric VALUES(4,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(4,'server.published','1',59.0);
INSERT INTO metric VALUES(4,'server.queued','1',0.0);
INSERT INTO metric VALUES(4,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(4,'server.rejected','1',0.0);
INSERT INTO metric VALUES(4,'server.resident_bytes','1',55812096.0);
INSERT INTO metric VALUES(4,'server.sent','1',29500.0);
INSERT INTO metric VALUES(4,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(4,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(4,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(4,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(4,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(4,'setup.cpu','s',0.28126256399999999269);
INSERT INTO metric VALUES(4,'setup.memory','B',44097536.0);
INSERT INTO metric VALUES(4,'setup.memory.before','B',24436736.0);
INSERT INTO metric VALUES(4,'teardown.cpu','s',0.055261472999999998456);
INSERT INTO metric VALUES(5,'backlog.max','1',0.0);
INSERT INTO metric VALUES(5,'backlog.memory','B',0.0);
INSERT INTO metric VALUES(5,'broke.churn','s',NULL);
INSERT INTO metric VALUES(5,'broke.drops','s',NULL);
INSERT INTO metric VALUES(5,'broke.first','1',0.0);
INSERT INTO metric VALUES(5,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(5,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(5,'broke.killed','s',NULL);
INSERT INTO metric VALUES(5,'broke.memory','s',NULL);
INSERT INTO metric VALUES(5,'broke.p50','s',NULL);
INSERT INTO metric VALUES(5,'broke.p95','s',NULL);
INSERT INTO metric VALUES(5,'broke.p99','s',NULL);
INSERT INTO metric VALUES(5,'broke.pods','s',NULL);
INSERT INTO metric VALUES(5,'broke.probes','s',NULL);
INSERT INTO metric VALUES(5,'broke.queue','s',NULL);
INSERT INTO metric VALUES(5,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(5,'client.cpu_share','1',0.020860839191138440956);
INSERT INTO metric VALUES(5,'client.cpu_share_max','1',0.023757648022178064206);
INSERT INTO metric VALUES(5,'client.gaps','1',0.0);
INSERT INTO metric VALUES(5,'client.late.max','s',0.00057139150000000003999);
INSERT INTO metric VALUES(5,'client.late.p99','s',0.00057139150000000003999);
INSERT INTO metric VALUES(5,'client.strange','1',0.0);
INSERT INTO metric VALUES(5,'client.valid','1',1.0);
INSERT INTO metric VALUES(5,'client.wait_share','1',6.697667039966177262e-05);
INSERT INTO metric VALUES(5,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(5,'clients.open','1',500.0);
INSERT INTO metric VALUES(5,'clients.planned','1',500.0);
INSERT INTO metric VALUES(5,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(5,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(5,'connect.p50','s',0.017891327499999998273);
INSERT INTO metric VALUES(5,'connect.p99','s',0.042336255500000002927);
INSERT INTO metric VALUES(5,'connections','1',500.0);
INSERT INTO metric VALUES(5,'connects','1',0.0);
INSERT INTO metric VALUES(5,'connects.failed','1',0.0);
INSERT INTO metric VALUES(5,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(5,'connects.opened','1',0.0);
INSERT INTO metric VALUES(5,'cpu.periods','1',124.0);
INSERT INTO metric VALUES(5,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(5,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(5,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(5,'cpu.used','s',0.82753917099999996231);
INSERT INTO metric VALUES(5,'delivered','1',29500.0);
INSERT INTO metric VALUES(5,'delivery.first.calm','s',0.0065037439999999996712);
INSERT INTO metric VALUES(5,'delivery.first.p10','s',0.0063406074999999995772);
INSERT INTO metric VALUES(5,'delivery.first.p50','s',0.0066027515000000001899);
INSERT INTO metric VALUES(5,'delivery.last.p50','s',0.012812287500000000065);
INSERT INTO metric VALUES(5,'delivery.max','s',0.019333119499999999041);
INSERT INTO metric VALUES(5,'delivery.mean','s',0.010589698354847456793);
INSERT INTO metric VALUES(5,'delivery.order','1',-0.033436261745046984283);
INSERT INTO metric VALUES(5,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(5,'delivery.p50','s',0.010256383500000000597);
INSERT INTO metric VALUES(5,'delivery.p95','s',0.016351231500000000529);
INSERT INTO metric VALUES(5,'delivery.p99','s',0.01828454350000000006);
INSERT INTO metric VALUES(5,'delivery.p999','s',0.019333119499999999041);
INSERT INTO metric VALUES(5,'delivery.slope','s',1.3590305084745762904e-05);
INSERT INTO metric VALUES(5,'delivery.slope.calm','s',1.1137256513026052385e-05);
INSERT INTO metric VALUES(5,'delivery.slope.p10','s',1.084750000000000075e-05);
INSERT INTO metric VALUES(5,'delivery.slope.p50','s',1.2447500000000000677e-05);
INSERT INTO metric VALUES(5,'disconnects','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(5,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(5,'dropped','1',0.0);
INSERT INTO metric VALUES(5,'due','1',29500.0);
INSERT INTO metric VALUES(5,'duration','s',16.018426747999999548);
INSERT INTO metric VALUES(5,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(5,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(5,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(5,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(5,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(5,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(5,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(5,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(5,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(5,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(5,'false_green.share','1',0.0);
INSERT INTO metric VALUES(5,'false_green.time','s',0.0);
INSERT INTO metric VALUES(5,'floor.capacity','1/s',217735.91714122734264);
INSERT INTO metric VALUES(5,'floor.cpu_share','1',0.095307890768445216456);
INSERT INTO metric VALUES(5,'floor.first','s',0.00050892750000000000921);
INSERT INTO metric VALUES(5,'floor.late.p99','s',0.00017561550000000001291);
INSERT INTO metric VALUES(5,'floor.p50','s',0.0028590074999999999516);
INSERT INTO metric VALUES(5,'floor.p99','s',0.0058490874999999999464);
INSERT INTO metric VALUES(5,'floor.step','s',4.5927195344228964562e-06);
INSERT INTO metric VALUES(5,'host.memory.after','s',3.8480939999999999672e-08);
INSERT INTO metric VALUES(5,'host.memory.before','s',6.0153239999999993164e-08);
INSERT INTO metric VALUES(5,'host.other_share','1',0.00067049301631897371186);
INSERT INTO metric VALUES(5,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(5,'host.work.after','s',1.3002750000000000412e-09);
INSERT INTO metric VALUES(5,'host.work.before','s',1.0970399999999999671e-09);
INSERT INTO metric VALUES(5,'in_flight','1',0.0);
INSERT INTO metric VALUES(5,'load.end','s',16.0);
INSERT INTO metric VALUES(5,'lost','1',0.0);
INSERT INTO metric VALUES(5,'memory.end','B',38014976.0);
INSERT INTO metric VALUES(5,'memory.peak','B',38014976.0);
INSERT INTO metric VALUES(5,'metastable','1',NULL);
INSERT INTO metric VALUES(5,'oom.kills','1',0.0);
INSERT INTO metric VALUES(5,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(5,'pressure.end','s',NULL);
INSERT INTO metric VALUES(5,'publish.answered','1',59.0);
INSERT INTO metric VALUES(5,'publish.failed','1',0.0);
INSERT INTO metric VALUES(5,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(5,'published','1',59.0);
INSERT INTO metric VALUES(5,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(5,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(5,'reconnects','1',0.0);
INSERT INTO metric VALUES(5,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(5,'recovery.time','s',NULL);
INSERT INTO metric VALUES(5,'restarts','1',0.0);
INSERT INTO metric VALUES(5,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(5,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(5,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(5,'server.dropped','1',0.0);
INSERT INTO metric VALUES(5,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(5,'server.published','1',59.0);
INSERT INTO metric VALUES(5,'server.queued','1',0.0);
INSERT INTO metric VALUES(5,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(5,'server.rejected','1',0.0);
INSERT INTO metric VALUES(5,'server.resident_bytes','1',49410048.0);
INSERT INTO metric VALUES(5,'server.sent','1',29500.0);
INSERT INTO metric VALUES(5,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(5,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(5,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(5,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(5,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(5,'setup.cpu','s',0.17137116199999999355);
INSERT INTO metric VALUES(5,'setup.memory','B',37752832.0);
INSERT INTO metric VALUES(5,'setup.memory.before','B',24383488.0);
INSERT INTO metric VALUES(5,'teardown.cpu','s',0.040885136000000002476);
INSERT INTO metric VALUES(6,'backlog.max','1',500.0);
INSERT INTO metric VALUES(6,'backlog.memory','B',45244416.0);
INSERT INTO metric VALUES(6,'broke.churn','s',NULL);
INSERT INTO metric VALUES(6,'broke.drops','s',NULL);
INSERT INTO metric VALUES(6,'broke.first','1',0.0);
INSERT INTO metric VALUES(6,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(6,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(6,'broke.killed','s',NULL);
INSERT INTO metric VALUES(6,'broke.memory','s',NULL);
INSERT INTO metric VALUES(6,'broke.p50','s',NULL);
INSERT INTO metric VALUES(6,'broke.p95','s',NULL);
INSERT INTO metric VALUES(6,'broke.p99','s',NULL);
INSERT INTO metric VALUES(6,'broke.pods','s',NULL);
INSERT INTO metric VALUES(6,'broke.probes','s',NULL);
INSERT INTO metric VALUES(6,'broke.queue','s',NULL);
INSERT INTO metric VALUES(6,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(6,'client.cpu_share','1',0.02219187678102033448);
INSERT INTO metric VALUES(6,'client.cpu_share_max','1',0.029418212796302502243);
INSERT INTO metric VALUES(6,'client.gaps','1',0.0);
INSERT INTO metric VALUES(6,'client.late.max','s',0.00024934350000000002258);
INSERT INTO metric VALUES(6,'client.late.p99','s',0.00024934350000000002258);
INSERT INTO metric VALUES(6,'client.strange','1',0.0);
INSERT INTO metric VALUES(6,'client.valid','1',1.0);
INSERT INTO metric VALUES(6,'client.wait_share','1',7.424105730332943606e-05);
INSERT INTO metric VALUES(6,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(6,'clients.open','1',500.0);
INSERT INTO metric VALUES(6,'clients.planned','1',500.0);
INSERT INTO metric VALUES(6,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(6,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(6,'connect.p50','s',0.031129599500000000589);
INSERT INTO metric VALUES(6,'connect.p99','s',0.063569919500000002243);
INSERT INTO metric VALUES(6,'connections','1',500.0);
INSERT INTO metric VALUES(6,'connects','1',0.0);
INSERT INTO metric VALUES(6,'connects.failed','1',0.0);
INSERT INTO metric VALUES(6,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(6,'connects.opened','1',0.0);
INSERT INTO metric VALUES(6,'cpu.periods','1',128.0);
INSERT INTO metric VALUES(6,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(6,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(6,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(6,'cpu.used','s',1.0715425569999998955);
INSERT INTO metric VALUES(6,'delivered','1',29500.0);
INSERT INTO metric VALUES(6,'delivery.first.calm','s',0.0099009110000000000867);
INSERT INTO metric VALUES(6,'delivery.first.p10','s',0.0097976315000000008259);
INSERT INTO metric VALUES(6,'delivery.first.p50','s',0.010321919500000000316);
INSERT INTO metric VALUES(6,'delivery.last.p50','s',0.01622015950000000109);
INSERT INTO metric VALUES(6,'delivery.max','s',0.028901375499999999718);
INSERT INTO metric VALUES(6,'delivery.mean','s',0.014715307941220339901);
INSERT INTO metric VALUES(6,'delivery.order','1',0.037632822531290091583);
INSERT INTO metric VALUES(6,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(6,'delivery.p50','s',0.014123007499999999658);
INSERT INTO metric VALUES(6,'delivery.p95','s',0.021168127500000001595);
INSERT INTO metric VALUES(6,'delivery.p99','s',0.023658495500000001343);
INSERT INTO metric VALUES(6,'delivery.p999','s',0.028114943499999999615);
INSERT INTO metric VALUES(6,'delivery.slope','s',1.4005033898305084002e-05);
INSERT INTO metric VALUES(6,'delivery.slope.calm','s',1.0914184368737474831e-05);
INSERT INTO metric VALUES(6,'delivery.slope.p10','s',1.0719499999999999603e-05);
INSERT INTO metric VALUES(6,'delivery.slope.p50','s',1.2127500000000000354e-05);
INSERT INTO metric VALUES(6,'disconnects','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(6,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(6,'dropped','1',0.0);
INSERT INTO metric VALUES(6,'due','1',29500.0);
INSERT INTO metric VALUES(6,'duration','s',16.001126849999998569);
INSERT INTO metric VALUES(6,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(6,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(6,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(6,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(6,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(6,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(6,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(6,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(6,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(6,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(6,'false_green.share','1',0.0);
INSERT INTO metric VALUES(6,'false_green.time','s',0.0);
INSERT INTO metric VALUES(6,'floor.capacity','1/s',215488.23224181440309);
INSERT INTO metric VALUES(6,'floor.cpu_share','1',0.095369708247766735165);
INSERT INTO metric VALUES(6,'floor.first','s',0.00053043149999999999848);
INSERT INTO metric VALUES(6,'floor.late.p99','s',0.00016915800000000000909);
INSERT INTO metric VALUES(6,'floor.p50','s',0.0029736954999999998944);
INSERT INTO metric VALUES(6,'floor.p99','s',0.0060456954999999999722);
INSERT INTO metric VALUES(6,'floor.step','s',4.640624639204567138e-06);
INSERT INTO metric VALUES(6,'host.memory.after','s',8.0851060000000006386e-08);
INSERT INTO metric VALUES(6,'host.memory.before','s',3.9787200000000001733e-08);
INSERT INTO metric VALUES(6,'host.other_share','1',0.00078594573176748864281);
INSERT INTO metric VALUES(6,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(6,'host.work.after','s',1.1198349999999999901e-09);
INSERT INTO metric VALUES(6,'host.work.before','s',1.1223350000000001366e-09);
INSERT INTO metric VALUES(6,'in_flight','1',0.0);
INSERT INTO metric VALUES(6,'load.end','s',16.0);
INSERT INTO metric VALUES(6,'lost','1',0.0);
INSERT INTO metric VALUES(6,'memory.end','B',45244416.0);
INSERT INTO metric VALUES(6,'memory.peak','B',45244416.0);
INSERT INTO metric VALUES(6,'metastable','1',NULL);
INSERT INTO metric VALUES(6,'oom.kills','1',0.0);
INSERT INTO metric VALUES(6,'pressure.begin','s',NULL);
INSERT INTO metric VALUES(6,'pressure.end','s',NULL);
INSERT INTO metric VALUES(6,'publish.answered','1',59.0);
INSERT INTO metric VALUES(6,'publish.failed','1',0.0);
INSERT INTO metric VALUES(6,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(6,'published','1',59.0);
INSERT INTO metric VALUES(6,'queue.depth.max','1',1.0);
INSERT INTO metric VALUES(6,'queue.depth.mean','1',0.0);
INSERT INTO metric VALUES(6,'reconnects','1',0.0);
INSERT INTO metric VALUES(6,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(6,'recovery.time','s',NULL);
INSERT INTO metric VALUES(6,'restarts','1',0.0);
INSERT INTO metric VALUES(6,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(6,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(6,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(6,'server.dropped','1',0.0);
INSERT INTO metric VALUES(6,'server.enqueued','1',29500.0);
INSERT INTO metric VALUES(6,'server.published','1',59.0);
INSERT INTO metric VALUES(6,'server.queued','1',0.0);
INSERT INTO metric VALUES(6,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(6,'server.rejected','1',0.0);
INSERT INTO metric VALUES(6,'server.resident_bytes','1',56250368.0);
INSERT INTO metric VALUES(6,'server.sent','1',29500.0);
INSERT INTO metric VALUES(6,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(6,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(6,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(6,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(6,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(6,'setup.cpu','s',0.28375016699999999758);
INSERT INTO metric VALUES(6,'setup.memory','B',44982272.0);
INSERT INTO metric VALUES(6,'setup.memory.before','B',25059328.0);
INSERT INTO metric VALUES(6,'teardown.cpu','s',0.07332630099999999651);
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
CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN
    DELETE FROM parameter WHERE run = OLD.id;
    DELETE FROM metric WHERE run = OLD.id;
    DELETE FROM histogram WHERE run = OLD.id;
    DELETE FROM series WHERE run = OLD.id;
    DELETE FROM event WHERE run = OLD.id;
END;
CREATE VIEW run_view AS
    SELECT e.name AS experiment, r.arm, r.point, r.replication, r.cell, r.seed, r.status,
           r.reason, r.config_hash, r.id AS run
    FROM run r JOIN experiment e ON e.id = r.experiment;
CREATE VIEW metric_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, m.name AS metric, m.unit, m.value
    FROM run_view v JOIN metric m USING (run) WHERE v.status = 'done';
CREATE VIEW parameter_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, p.name AS parameter, p.text,
           CASE WHEN p.text <> 'none' THEN p.value END AS value -- 0 is no limit of none
    FROM run_view v JOIN parameter p USING (run);
CREATE VIEW series_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, s.name AS series, s.at_ns,
           s.value
    FROM run_view v JOIN series s USING (run) WHERE v.status = 'done';
CREATE VIEW event_view AS
    SELECT v.experiment, v.arm, v.point, v.replication, v.cell, n.number, n.at_ns, n.kind,
           n.detail
    FROM run_view v JOIN event n USING (run);
CREATE VIEW latency_view AS
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
CREATE VIEW explained_view AS
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
COMMIT;
PRAGMA user_version=1;
PRAGMA application_id=1886745448;
