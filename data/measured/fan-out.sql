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
INSERT INTO experiment VALUES(1,'fan-out','Do the first byte and the slope of a fan-out match the real server''s?','Both within 15 % for both protocols, and the clients are served in one order, which on uvloop is not that of subscription.',1,replace('# One publish at a time to 500 clients, with CPU to spare: when the first client has it, and how much\n# later each next one. 3.7/s is out of step with the quota periods, and every gap is long enough for\n# the kernel to acknowledge at once (models/quick_ack.h). pushsim compare --fan-out shows both arms.\n# Takes about a minute a repeat on the real arm and a second on the sim arm.\nquestion: Do the first byte and the slope of a fan-out match the real server''s?\nexpect: Both within 15 % for both protocols, and the clients are served in one order, which on uvloop\n  is not that of subscription.\nprofile: ../../data/profiles/fastapi-uvicorn.yaml\nserver_spec: ../replay/servers/fastapi-uvicorn.yaml\ncpu: { limit: 1000m }\nclients: { count: 500 }\nworkload:\n  phases:\n    - { name: publishes, duration: 16s, rate: 3.7/s }\nsweep:\n  protocol: [sse, websocket]\nreplications: 10\nreal: { repeats: 3 }\nassert:\n  - dropped == 0\n  - delivery.slope.p50 > 0\n','\n',char(10)));
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
INSERT INTO run VALUES(1,1,'real',1,1,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:29:39Z',17.672989527999998671);
INSERT INTO run VALUES(2,1,'real',2,1,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:29:56Z',17.601532030000001327);
INSERT INTO run VALUES(3,1,'real',1,2,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:30:14Z',17.716862797000000994);
INSERT INTO run VALUES(4,1,'real',2,2,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:30:32Z',17.954238738000000807);
INSERT INTO run VALUES(5,1,'real',1,3,'protocol=sse',1,'done','','378850ab3fed0b58','378850ab3fed0b58','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:30:50Z',17.702509054000000077);
INSERT INTO run VALUES(6,1,'real',2,3,'protocol=websocket',1,'done','','ca48333a5e329527','ca48333a5e329527','0.1.0+e13f885','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T14:31:07Z',17.658534541000001638);
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
INSERT INTO metric VALUES(1,'backlog.memory','B',38297600.0);
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
INSERT INTO metric VALUES(1,'client.cpu_share','1',0.046070941424109286554);
INSERT INTO metric VALUES(1,'client.cpu_share_max','1',0.079064891771991344104);
INSERT INTO metric VALUES(1,'client.gaps','1',0.0);
INSERT INTO metric VALUES(1,'client.late.max','s',0.00026431799999999998568);
INSERT INTO metric VALUES(1,'client.late.p99','s',0.00026431799999999998568);
INSERT INTO metric VALUES(1,'client.strange','1',0.0);
INSERT INTO metric VALUES(1,'client.valid','1',1.0);
INSERT INTO metric VALUES(1,'client.wait_share','1',0.00032864999900617143787);
INSERT INTO metric VALUES(1,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(1,'clients.open','1',500.0);
INSERT INTO metric VALUES(1,'clients.planned','1',500.0);
INSERT INTO metric VALUES(1,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(1,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(1,'connect.p50','s',0.023920639500000000221);
INSERT INTO metric VALUES(1,'connect.p99','s',0.056754175499999996723);
INSERT INTO metric VALUES(1,'connections','1',500.0);
INSERT INTO metric VALUES(1,'connects','1',0.0);
INSERT INTO metric VALUES(1,'connects.failed','1',0.0);
INSERT INTO metric VALUES(1,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(1,'connects.opened','1',0.0);
INSERT INTO metric VALUES(1,'cpu.periods','1',128.0);
INSERT INTO metric VALUES(1,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(1,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(1,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(1,'cpu.used','s',1.2213212680000000709);
INSERT INTO metric VALUES(1,'delivered','1',29500.0);
INSERT INTO metric VALUES(1,'delivery.first.p10','s',0.0091422715000000001617);
INSERT INTO metric VALUES(1,'delivery.first.p50','s',0.015826943499999999304);
INSERT INTO metric VALUES(1,'delivery.last.p50','s',0.01946419149999999848);
INSERT INTO metric VALUES(1,'delivery.max','s',0.027983871500000000176);
INSERT INTO metric VALUES(1,'delivery.mean','s',0.017337299767389829224);
INSERT INTO metric VALUES(1,'delivery.order','1',-0.033436261745046984283);
INSERT INTO metric VALUES(1,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(1,'delivery.p50','s',0.01710489550000000164);
INSERT INTO metric VALUES(1,'delivery.p95','s',0.02523135950000000155);
INSERT INTO metric VALUES(1,'delivery.p99','s',0.027459583499999998951);
INSERT INTO metric VALUES(1,'delivery.p999','s',0.027852799500000000737);
INSERT INTO metric VALUES(1,'delivery.slope','s',1.3863169491525423079e-05);
INSERT INTO metric VALUES(1,'delivery.slope.p10','s',5.4875000000000004004e-06);
INSERT INTO metric VALUES(1,'delivery.slope.p50','s',1.391949999999999946e-05);
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
INSERT INTO metric VALUES(1,'duration','s',16.002958010000000399);
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
INSERT INTO metric VALUES(1,'floor.capacity','1/s',205845.42718149724533);
INSERT INTO metric VALUES(1,'floor.cpu_share','1',0.099746282527135063378);
INSERT INTO metric VALUES(1,'floor.first','s',0.00068198350000000000029);
INSERT INTO metric VALUES(1,'floor.late.p99','s',0.00022374349999999999663);
INSERT INTO metric VALUES(1,'floor.p50','s',0.0030064635000000001878);
INSERT INTO metric VALUES(1,'floor.p99','s',0.0067338234999999996288);
INSERT INTO metric VALUES(1,'floor.step','s',4.8580141599078796861e-06);
INSERT INTO metric VALUES(1,'host.memory.after','s',2.5900560000000000151e-08);
INSERT INTO metric VALUES(1,'host.memory.before','s',1.1432366000000000927e-07);
INSERT INTO metric VALUES(1,'host.other_share','1',0.0026729196241682632445);
INSERT INTO metric VALUES(1,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(1,'host.work.after','s',1.1717299999999998404e-09);
INSERT INTO metric VALUES(1,'host.work.before','s',1.134514999999999985e-09);
INSERT INTO metric VALUES(1,'in_flight','1',0.0);
INSERT INTO metric VALUES(1,'load.end','s',16.0);
INSERT INTO metric VALUES(1,'lost','1',0.0);
INSERT INTO metric VALUES(1,'memory.end','B',38297600.0);
INSERT INTO metric VALUES(1,'memory.peak','B',38297600.0);
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
INSERT INTO metric VALUES(1,'server.resident_bytes','1',49405952.0);
INSERT INTO metric VALUES(1,'server.sent','1',29500.0);
INSERT INTO metric VALUES(1,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(1,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(1,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(1,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(1,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(1,'setup.cpu','s',0.23074289200000000499);
INSERT INTO metric VALUES(1,'setup.memory','B',38035456.0);
INSERT INTO metric VALUES(1,'setup.memory.before','B',24666112.0);
INSERT INTO metric VALUES(1,'teardown.cpu','s',0.066167904999999999082);
INSERT INTO metric VALUES(2,'backlog.max','1',500.0);
INSERT INTO metric VALUES(2,'backlog.memory','B',44556288.0);
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
INSERT INTO metric VALUES(2,'client.cpu_share','1',0.019061958660591869774);
INSERT INTO metric VALUES(2,'client.cpu_share_max','1',0.023004163382729841957);
INSERT INTO metric VALUES(2,'client.gaps','1',0.0);
INSERT INTO metric VALUES(2,'client.late.max','s',0.00031349799999999999932);
INSERT INTO metric VALUES(2,'client.late.p99','s',0.00031349799999999999932);
INSERT INTO metric VALUES(2,'client.strange','1',0.0);
INSERT INTO metric VALUES(2,'client.valid','1',1.0);
INSERT INTO metric VALUES(2,'client.wait_share','1',0.00011848098475661548935);
INSERT INTO metric VALUES(2,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(2,'clients.open','1',500.0);
INSERT INTO metric VALUES(2,'clients.planned','1',500.0);
INSERT INTO metric VALUES(2,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(2,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(2,'connect.p50','s',0.031391743499999999467);
INSERT INTO metric VALUES(2,'connect.p99','s',0.062259199500000000915);
INSERT INTO metric VALUES(2,'connections','1',500.0);
INSERT INTO metric VALUES(2,'connects','1',0.0);
INSERT INTO metric VALUES(2,'connects.failed','1',0.0);
INSERT INTO metric VALUES(2,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(2,'connects.opened','1',0.0);
INSERT INTO metric VALUES(2,'cpu.periods','1',129.0);
INSERT INTO metric VALUES(2,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(2,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(2,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(2,'cpu.used','s',1.1165897739999999238);
INSERT INTO metric VALUES(2,'delivered','1',29500.0);
INSERT INTO metric VALUES(2,'delivery.first.p10','s',0.0097976315000000008259);
INSERT INTO metric VALUES(2,'delivery.first.p50','s',0.010190847499999999142);
INSERT INTO metric VALUES(2,'delivery.last.p50','s',0.016416767499999998514);
INSERT INTO metric VALUES(2,'delivery.max','s',0.024838143499999999763);
INSERT INTO metric VALUES(2,'delivery.mean','s',0.014999267566508473967);
INSERT INTO metric VALUES(2,'delivery.order','1',0.012785043140172563935);
INSERT INTO metric VALUES(2,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(2,'delivery.p50','s',0.01451622349999999971);
INSERT INTO metric VALUES(2,'delivery.p95','s',0.021823487499999998789);
INSERT INTO metric VALUES(2,'delivery.p99','s',0.023265279499999999557);
INSERT INTO metric VALUES(2,'delivery.p999','s',0.024313855499999998538);
INSERT INTO metric VALUES(2,'delivery.slope','s',1.4996576271186440126e-05);
INSERT INTO metric VALUES(2,'delivery.slope.p10','s',1.1807500000000000028e-05);
INSERT INTO metric VALUES(2,'delivery.slope.p50','s',1.2639499999999999856e-05);
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
INSERT INTO metric VALUES(2,'duration','s',16.003307877000001013);
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
INSERT INTO metric VALUES(2,'floor.capacity','1/s',223247.88687041911179);
INSERT INTO metric VALUES(2,'floor.cpu_share','1',0.092258293499406548998);
INSERT INTO metric VALUES(2,'floor.first','s',0.00064921550000000003213);
INSERT INTO metric VALUES(2,'floor.late.p99','s',0.00024422350000000001739);
INSERT INTO metric VALUES(2,'floor.p50','s',0.0027443195000000000088);
INSERT INTO metric VALUES(2,'floor.p99','s',0.0064389115000000000238);
INSERT INTO metric VALUES(2,'floor.step','s',4.4793257128585277455e-06);
INSERT INTO metric VALUES(2,'host.memory.after','s',1.0411239999999999462e-07);
INSERT INTO metric VALUES(2,'host.memory.before','s',7.8657079999999999857e-08);
INSERT INTO metric VALUES(2,'host.other_share','1',0.00076759905895811193256);
INSERT INTO metric VALUES(2,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(2,'host.work.after','s',1.1837050000000001015e-09);
INSERT INTO metric VALUES(2,'host.work.before','s',1.182550000000000016e-09);
INSERT INTO metric VALUES(2,'in_flight','1',0.0);
INSERT INTO metric VALUES(2,'load.end','s',16.0);
INSERT INTO metric VALUES(2,'lost','1',0.0);
INSERT INTO metric VALUES(2,'memory.end','B',44556288.0);
INSERT INTO metric VALUES(2,'memory.peak','B',44560384.0);
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
INSERT INTO metric VALUES(2,'server.resident_bytes','1',56016896.0);
INSERT INTO metric VALUES(2,'server.sent','1',29500.0);
INSERT INTO metric VALUES(2,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(2,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(2,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(2,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(2,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(2,'setup.cpu','s',0.28802695799999999959);
INSERT INTO metric VALUES(2,'setup.memory','B',44294144.0);
INSERT INTO metric VALUES(2,'setup.memory.before','B',24637440.0);
INSERT INTO metric VALUES(2,'teardown.cpu','s',0.076634520999999997115);
INSERT INTO metric VALUES(3,'backlog.max','1',500.0);
INSERT INTO metric VALUES(3,'backlog.memory','B',38064128.0);
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
INSERT INTO metric VALUES(3,'client.cpu_share','1',0.020851982279651903873);
INSERT INTO metric VALUES(3,'client.cpu_share_max','1',0.02778293740123249228);
INSERT INTO metric VALUES(3,'client.gaps','1',0.0);
INSERT INTO metric VALUES(3,'client.late.max','s',0.00028774349999999998019);
INSERT INTO metric VALUES(3,'client.late.p99','s',0.00028774349999999998019);
INSERT INTO metric VALUES(3,'client.strange','1',0.0);
INSERT INTO metric VALUES(3,'client.valid','1',1.0);
INSERT INTO metric VALUES(3,'client.wait_share','1',9.1307890530690637327e-05);
INSERT INTO metric VALUES(3,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(3,'clients.open','1',500.0);
INSERT INTO metric VALUES(3,'clients.planned','1',500.0);
INSERT INTO metric VALUES(3,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(3,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(3,'connect.p50','s',0.024444927500000001446);
INSERT INTO metric VALUES(3,'connect.p99','s',0.06042419150000000183);
INSERT INTO metric VALUES(3,'connections','1',500.0);
INSERT INTO metric VALUES(3,'connects','1',0.0);
INSERT INTO metric VALUES(3,'connects.failed','1',0.0);
INSERT INTO metric VALUES(3,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(3,'connects.opened','1',0.0);
INSERT INTO metric VALUES(3,'cpu.periods','1',128.0);
INSERT INTO metric VALUES(3,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(3,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(3,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(3,'cpu.used','s',1.1108066969999998985);
INSERT INTO metric VALUES(3,'delivered','1',29500.0);
INSERT INTO metric VALUES(3,'delivery.first.p10','s',0.007225343500000000127);
INSERT INTO metric VALUES(3,'delivery.first.p50','s',0.0093388794999999993201);
INSERT INTO metric VALUES(3,'delivery.last.p50','s',0.019202047499999999602);
INSERT INTO metric VALUES(3,'delivery.max','s',0.023134207500000000118);
INSERT INTO metric VALUES(3,'delivery.mean','s',0.013926903551220339363);
INSERT INTO metric VALUES(3,'delivery.order','1',-0.033436261745046984283);
INSERT INTO metric VALUES(3,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(3,'delivery.p50','s',0.013729791499999999607);
INSERT INTO metric VALUES(3,'delivery.p95','s',0.018939903500000000724);
INSERT INTO metric VALUES(3,'delivery.p99','s',0.020643839500000000369);
INSERT INTO metric VALUES(3,'delivery.p999','s',0.022740991499999998332);
INSERT INTO metric VALUES(3,'delivery.slope','s',1.89071525423728817e-05);
INSERT INTO metric VALUES(3,'delivery.slope.p10','s',1.3407499999999999957e-05);
INSERT INTO metric VALUES(3,'delivery.slope.p50','s',1.9647500000000001199e-05);
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
INSERT INTO metric VALUES(3,'duration','s',16.003290502999998779);
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
INSERT INTO metric VALUES(3,'floor.capacity','1/s',205845.42718149724533);
INSERT INTO metric VALUES(3,'floor.cpu_share','1',0.099746282527135063378);
INSERT INTO metric VALUES(3,'floor.first','s',0.00068198350000000000029);
INSERT INTO metric VALUES(3,'floor.late.p99','s',0.00022374349999999999663);
INSERT INTO metric VALUES(3,'floor.p50','s',0.0030064635000000001878);
INSERT INTO metric VALUES(3,'floor.p99','s',0.0067338234999999996288);
INSERT INTO metric VALUES(3,'floor.step','s',4.8580141599078796861e-06);
INSERT INTO metric VALUES(3,'host.memory.after','s',1.2617665999999998974e-07);
INSERT INTO metric VALUES(3,'host.memory.before','s',1.2264834000000001655e-07);
INSERT INTO metric VALUES(3,'host.other_share','1',0.0016251433220210408092);
INSERT INTO metric VALUES(3,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(3,'host.work.after','s',1.1922750000000000005e-09);
INSERT INTO metric VALUES(3,'host.work.before','s',1.1814000000000000769e-09);
INSERT INTO metric VALUES(3,'in_flight','1',0.0);
INSERT INTO metric VALUES(3,'load.end','s',16.0);
INSERT INTO metric VALUES(3,'lost','1',0.0);
INSERT INTO metric VALUES(3,'memory.end','B',38064128.0);
INSERT INTO metric VALUES(3,'memory.peak','B',38064128.0);
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
INSERT INTO metric VALUES(3,'server.resident_bytes','1',49315840.0);
INSERT INTO metric VALUES(3,'server.sent','1',29500.0);
INSERT INTO metric VALUES(3,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(3,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(3,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(3,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(3,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(3,'setup.cpu','s',0.2404370349999999934);
INSERT INTO metric VALUES(3,'setup.memory','B',37801984.0);
INSERT INTO metric VALUES(3,'setup.memory.before','B',24432640.0);
INSERT INTO metric VALUES(3,'teardown.cpu','s',0.063280883999999995581);
INSERT INTO metric VALUES(4,'backlog.max','1',500.0);
INSERT INTO metric VALUES(4,'backlog.memory','B',44630016.0);
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
INSERT INTO metric VALUES(4,'client.cpu_share','1',0.061268784945897637739);
INSERT INTO metric VALUES(4,'client.cpu_share_max','1',0.083293080346038939065);
INSERT INTO metric VALUES(4,'client.gaps','1',0.0);
INSERT INTO metric VALUES(4,'client.late.max','s',0.00027750350000000002402);
INSERT INTO metric VALUES(4,'client.late.p99','s',0.00027750350000000002402);
INSERT INTO metric VALUES(4,'client.strange','1',0.0);
INSERT INTO metric VALUES(4,'client.valid','1',1.0);
INSERT INTO metric VALUES(4,'client.wait_share','1',9.9209706012237094735e-05);
INSERT INTO metric VALUES(4,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(4,'clients.open','1',500.0);
INSERT INTO metric VALUES(4,'clients.planned','1',500.0);
INSERT INTO metric VALUES(4,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(4,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(4,'connect.p50','s',0.049414143500000000386);
INSERT INTO metric VALUES(4,'connect.p99','s',0.090439679499999994782);
INSERT INTO metric VALUES(4,'connections','1',500.0);
INSERT INTO metric VALUES(4,'connects','1',0.0);
INSERT INTO metric VALUES(4,'connects.failed','1',0.0);
INSERT INTO metric VALUES(4,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(4,'connects.opened','1',0.0);
INSERT INTO metric VALUES(4,'cpu.periods','1',131.0);
INSERT INTO metric VALUES(4,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(4,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(4,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(4,'cpu.used','s',1.4983917209999999542);
INSERT INTO metric VALUES(4,'delivered','1',29500.0);
INSERT INTO metric VALUES(4,'delivery.first.p10','s',0.010452991499999999755);
INSERT INTO metric VALUES(4,'delivery.first.p50','s',0.021168127500000001595);
INSERT INTO metric VALUES(4,'delivery.last.p50','s',0.02523135950000000155);
INSERT INTO metric VALUES(4,'delivery.max','s',0.038666239499999997819);
INSERT INTO metric VALUES(4,'delivery.mean','s',0.022935229626101696215);
INSERT INTO metric VALUES(4,'delivery.order','1',-0.031128700514802036536);
INSERT INTO metric VALUES(4,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(4,'delivery.p50','s',0.02287206350000000124);
INSERT INTO metric VALUES(4,'delivery.p95','s',0.032571391499999997887);
INSERT INTO metric VALUES(4,'delivery.p99','s',0.035782655500000003223);
INSERT INTO metric VALUES(4,'delivery.p999','s',0.038666239499999997819);
INSERT INTO metric VALUES(4,'delivery.slope','s',1.1032949152542373262e-05);
INSERT INTO metric VALUES(4,'delivery.slope.p10','s',4.1115000000000003609e-06);
INSERT INTO metric VALUES(4,'delivery.slope.p50','s',1.0271499999999999827e-05);
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
INSERT INTO metric VALUES(4,'duration','s',16.00051348999999945);
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
INSERT INTO metric VALUES(4,'floor.capacity','1/s',223247.88687041911179);
INSERT INTO metric VALUES(4,'floor.cpu_share','1',0.092258293499406548998);
INSERT INTO metric VALUES(4,'floor.first','s',0.00064921550000000003213);
INSERT INTO metric VALUES(4,'floor.late.p99','s',0.00024422350000000001739);
INSERT INTO metric VALUES(4,'floor.p50','s',0.0027443195000000000088);
INSERT INTO metric VALUES(4,'floor.p99','s',0.0064389115000000000238);
INSERT INTO metric VALUES(4,'floor.step','s',4.4793257128585277455e-06);
INSERT INTO metric VALUES(4,'host.memory.after','s',3.0347039999999999876e-08);
INSERT INTO metric VALUES(4,'host.memory.before','s',1.0759044000000000715e-07);
INSERT INTO metric VALUES(4,'host.other_share','1',0.0047899198120389015198);
INSERT INTO metric VALUES(4,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(4,'host.work.after','s',1.1757899999999999277e-09);
INSERT INTO metric VALUES(4,'host.work.before','s',1.159655000000000169e-09);
INSERT INTO metric VALUES(4,'in_flight','1',0.0);
INSERT INTO metric VALUES(4,'load.end','s',16.0);
INSERT INTO metric VALUES(4,'lost','1',0.0);
INSERT INTO metric VALUES(4,'memory.end','B',44630016.0);
INSERT INTO metric VALUES(4,'memory.peak','B',44630016.0);
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
INSERT INTO metric VALUES(4,'server.resident_bytes','1',56098816.0);
INSERT INTO metric VALUES(4,'server.sent','1',29500.0);
INSERT INTO metric VALUES(4,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(4,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(4,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(4,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(4,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(4,'setup.cpu','s',0.44221798099999998221);
INSERT INTO metric VALUES(4,'setup.memory','B',44367872.0);
INSERT INTO metric VALUES(4,'setup.memory.before','B',24444928.0);
INSERT INTO metric VALUES(4,'teardown.cpu','s',0.085236886999999997294);
INSERT INTO metric VALUES(5,'backlog.max','1',500.0);
INSERT INTO metric VALUES(5,'backlog.memory','B',38199296.0);
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
INSERT INTO metric VALUES(5,'client.cpu_share','1',0.029841551221423873174);
INSERT INTO metric VALUES(5,'client.cpu_share_max','1',0.073028537327711570692);
INSERT INTO metric VALUES(5,'client.gaps','1',0.0);
INSERT INTO metric VALUES(5,'client.late.max','s',0.0011018234999999999921);
INSERT INTO metric VALUES(5,'client.late.p99','s',0.0011018234999999999921);
INSERT INTO metric VALUES(5,'client.strange','1',0.0);
INSERT INTO metric VALUES(5,'client.valid','1',1.0);
INSERT INTO metric VALUES(5,'client.wait_share','1',0.00014174209507363634075);
INSERT INTO metric VALUES(5,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(5,'clients.open','1',500.0);
INSERT INTO metric VALUES(5,'clients.planned','1',500.0);
INSERT INTO metric VALUES(5,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(5,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(5,'connect.p50','s',0.024707071500000000324);
INSERT INTO metric VALUES(5,'connect.p99','s',0.061210623499999998464);
INSERT INTO metric VALUES(5,'connections','1',500.0);
INSERT INTO metric VALUES(5,'connects','1',0.0);
INSERT INTO metric VALUES(5,'connects.failed','1',0.0);
INSERT INTO metric VALUES(5,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(5,'connects.opened','1',0.0);
INSERT INTO metric VALUES(5,'cpu.periods','1',127.0);
INSERT INTO metric VALUES(5,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(5,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(5,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(5,'cpu.used','s',1.1430665360000000774);
INSERT INTO metric VALUES(5,'delivered','1',29500.0);
INSERT INTO metric VALUES(5,'delivery.first.p10','s',0.0070942714999999998207);
INSERT INTO metric VALUES(5,'delivery.first.p50','s',0.0094044155000000007743);
INSERT INTO metric VALUES(5,'delivery.last.p50','s',0.019202047499999999602);
INSERT INTO metric VALUES(5,'delivery.max','s',0.03863933299999999793);
INSERT INTO metric VALUES(5,'delivery.mean','s',0.015265779476101694681);
INSERT INTO metric VALUES(5,'delivery.order','1',-0.041348901395605583419);
INSERT INTO metric VALUES(5,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(5,'delivery.p50','s',0.01451622349999999971);
INSERT INTO metric VALUES(5,'delivery.p95','s',0.024182783499999999099);
INSERT INTO metric VALUES(5,'delivery.p99','s',0.031522815500000002375);
INSERT INTO metric VALUES(5,'delivery.p999','s',0.036044799500000002101);
INSERT INTO metric VALUES(5,'delivery.slope','s',1.628594915254237362e-05);
INSERT INTO metric VALUES(5,'delivery.slope.p10','s',7.0875000000000003275e-06);
INSERT INTO metric VALUES(5,'delivery.slope.p50','s',1.8111500000000000997e-05);
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
INSERT INTO metric VALUES(5,'duration','s',16.000282059999999973);
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
INSERT INTO metric VALUES(5,'floor.capacity','1/s',205845.42718149724533);
INSERT INTO metric VALUES(5,'floor.cpu_share','1',0.099746282527135063378);
INSERT INTO metric VALUES(5,'floor.first','s',0.00068198350000000000029);
INSERT INTO metric VALUES(5,'floor.late.p99','s',0.00022374349999999999663);
INSERT INTO metric VALUES(5,'floor.p50','s',0.0030064635000000001878);
INSERT INTO metric VALUES(5,'floor.p99','s',0.0067338234999999996288);
INSERT INTO metric VALUES(5,'floor.step','s',4.8580141599078796861e-06);
INSERT INTO metric VALUES(5,'host.memory.after','s',1.077120599999999979e-07);
INSERT INTO metric VALUES(5,'host.memory.before','s',1.0651457999999999635e-07);
INSERT INTO metric VALUES(5,'host.other_share','1',0.0033618857090496911434);
INSERT INTO metric VALUES(5,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(5,'host.work.after','s',1.1835050000000000401e-09);
INSERT INTO metric VALUES(5,'host.work.before','s',1.2963699999999999394e-09);
INSERT INTO metric VALUES(5,'in_flight','1',0.0);
INSERT INTO metric VALUES(5,'load.end','s',16.0);
INSERT INTO metric VALUES(5,'lost','1',0.0);
INSERT INTO metric VALUES(5,'memory.end','B',38199296.0);
INSERT INTO metric VALUES(5,'memory.peak','B',38199296.0);
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
INSERT INTO metric VALUES(5,'server.resident_bytes','1',49373184.0);
INSERT INTO metric VALUES(5,'server.sent','1',29500.0);
INSERT INTO metric VALUES(5,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(5,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(5,'server.subscribers_sse','1',500.0);
INSERT INTO metric VALUES(5,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(5,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(5,'setup.cpu','s',0.23849083600000001159);
INSERT INTO metric VALUES(5,'setup.memory','B',37937152.0);
INSERT INTO metric VALUES(5,'setup.memory.before','B',24829952.0);
INSERT INTO metric VALUES(5,'teardown.cpu','s',0.057411789999999997269);
INSERT INTO metric VALUES(6,'backlog.max','1',88.0);
INSERT INTO metric VALUES(6,'backlog.memory','B',44253184.0);
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
INSERT INTO metric VALUES(6,'client.cpu_share','1',0.040203264813037174751);
INSERT INTO metric VALUES(6,'client.cpu_share_max','1',0.080516895279828137876);
INSERT INTO metric VALUES(6,'client.gaps','1',0.0);
INSERT INTO metric VALUES(6,'client.late.max','s',0.00033894349999999997787);
INSERT INTO metric VALUES(6,'client.late.p99','s',0.00033894349999999997787);
INSERT INTO metric VALUES(6,'client.strange','1',0.0);
INSERT INTO metric VALUES(6,'client.valid','1',1.0);
INSERT INTO metric VALUES(6,'client.wait_share','1',0.00018890407075284498155);
INSERT INTO metric VALUES(6,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(6,'clients.open','1',500.0);
INSERT INTO metric VALUES(6,'clients.planned','1',500.0);
INSERT INTO metric VALUES(6,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(6,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(6,'connect.p50','s',0.036044799500000002101);
INSERT INTO metric VALUES(6,'connect.p99','s',0.069992447499999999038);
INSERT INTO metric VALUES(6,'connections','1',500.0);
INSERT INTO metric VALUES(6,'connects','1',0.0);
INSERT INTO metric VALUES(6,'connects.failed','1',0.0);
INSERT INTO metric VALUES(6,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(6,'connects.opened','1',0.0);
INSERT INTO metric VALUES(6,'cpu.periods','1',137.0);
INSERT INTO metric VALUES(6,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(6,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(6,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(6,'cpu.used','s',1.845206861000000087);
INSERT INTO metric VALUES(6,'delivered','1',29500.0);
INSERT INTO metric VALUES(6,'delivery.first.p10','s',0.013795327499999999326);
INSERT INTO metric VALUES(6,'delivery.first.p50','s',0.018153471500000000621);
INSERT INTO metric VALUES(6,'delivery.last.p50','s',0.030343167500000000486);
INSERT INTO metric VALUES(6,'delivery.max','s',0.042336255500000002927);
INSERT INTO metric VALUES(6,'delivery.mean','s',0.025285467759762713518);
INSERT INTO metric VALUES(6,'delivery.order','1',0.033554726218904873391);
INSERT INTO metric VALUES(6,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(6,'delivery.p50','s',0.02523135950000000155);
INSERT INTO metric VALUES(6,'delivery.p95','s',0.03499622349999999965);
INSERT INTO metric VALUES(6,'delivery.p99','s',0.038666239499999997819);
INSERT INTO metric VALUES(6,'delivery.p999','s',0.039976959499999999148);
INSERT INTO metric VALUES(6,'delivery.slope','s',2.3155915254237285417e-05);
INSERT INTO metric VALUES(6,'delivery.slope.p10','s',1.2895500000000000454e-05);
INSERT INTO metric VALUES(6,'delivery.slope.p50','s',2.2207500000000000405e-05);
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
INSERT INTO metric VALUES(6,'duration','s',16.000157974000000394);
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
INSERT INTO metric VALUES(6,'floor.capacity','1/s',223247.88687041911179);
INSERT INTO metric VALUES(6,'floor.cpu_share','1',0.092258293499406548998);
INSERT INTO metric VALUES(6,'floor.first','s',0.00064921550000000003213);
INSERT INTO metric VALUES(6,'floor.late.p99','s',0.00024422350000000001739);
INSERT INTO metric VALUES(6,'floor.p50','s',0.0027443195000000000088);
INSERT INTO metric VALUES(6,'floor.p99','s',0.0064389115000000000238);
INSERT INTO metric VALUES(6,'floor.step','s',4.4793257128585277455e-06);
INSERT INTO metric VALUES(6,'host.memory.after','s',1.6646906000000001243e-07);
INSERT INTO metric VALUES(6,'host.memory.before','s',1.0466706000000001265e-07);
INSERT INTO metric VALUES(6,'host.other_share','1',0.0037775786125124198762);
INSERT INTO metric VALUES(6,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(6,'host.work.after','s',1.2250349999999999991e-09);
INSERT INTO metric VALUES(6,'host.work.before','s',1.1876649999999999514e-09);
INSERT INTO metric VALUES(6,'in_flight','1',0.0);
INSERT INTO metric VALUES(6,'load.end','s',16.0);
INSERT INTO metric VALUES(6,'lost','1',0.0);
INSERT INTO metric VALUES(6,'memory.end','B',44253184.0);
INSERT INTO metric VALUES(6,'memory.peak','B',44253184.0);
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
INSERT INTO metric VALUES(6,'server.resident_bytes','1',55877632.0);
INSERT INTO metric VALUES(6,'server.sent','1',29500.0);
INSERT INTO metric VALUES(6,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(6,'server.subscribers','1',500.0);
INSERT INTO metric VALUES(6,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(6,'server.subscribers_websocket','1',500.0);
INSERT INTO metric VALUES(6,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(6,'setup.cpu','s',0.32649613900000001853);
INSERT INTO metric VALUES(6,'setup.memory','B',44253184.0);
INSERT INTO metric VALUES(6,'setup.memory.before','B',24330240.0);
INSERT INTO metric VALUES(6,'teardown.cpu','s',0.094972581000000000361);
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
