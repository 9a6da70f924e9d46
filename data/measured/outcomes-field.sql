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
INSERT INTO experiment VALUES(3,'frozen-reader','Does a server without a send time-out ever get rid of a frozen reader?','It holds the connection to the end and drops its messages; with a time-out it closes it once.',1,replace('# sysid/sse-starlette#89 small enough for one machine (../field/sse-starlette-89.yaml): one of ten readers\n# stops for good; 64 KiB messages fill its socket (about 4 MiB on loopback, measured) in 3 s, then its queue.\n# Takes about 35 seconds a repeat on the real arm and less than a second on the sim arm.\nquestion: Does a server without a send time-out ever get rid of a frozen reader?\nexpect: It holds the connection to the end and drops its messages; with a time-out it closes it once.\nprofile: ../../data/profiles/fastapi-uvicorn.yaml\nserver_spec: ../replay/servers/fastapi-uvicorn.yaml\nprotocol: sse\nserver: { queue: { bound: 20 } }\nnetwork: { socket: 4MiB }\ncpu: { limit: 1000m }\nclients: { count: 10, classes: 2, share: 9, slow: { share: 1, stall-at: 2s, preset: websocket-browser } }\nworkload:\n  payload: 64KiB\n  drain: 1s\n  phases:\n    - { name: frozen, duration: 13s, rate: 20/s }\nsweep:\n  server.write-timeout: [0, 3s]\nreplications: 10\nreal: { repeats: 2 }\nassert:\n  - disconnects == 0 if server.write-timeout=0\n  - connections == 10 if server.write-timeout=0\n  - dropped > 50 if server.write-timeout=0\n  - queue.depth.max == 20 if server.write-timeout=0\n  - disconnects.write_timeout == 1 if server.write-timeout=3s\n  - disconnects == 1 if server.write-timeout=3s\n  - connections == 9 if server.write-timeout=3s\n','\n',char(10)));
INSERT INTO experiment VALUES(4,'auth-storm','Does the site recover when the chat server restarts under 150 clients?','With the reset on open the authentication stays saturated; with the reset after a second everybody is back.',1,replace('# destinygg/chat-gui#872 small enough for one machine (../field/destiny-872.yaml), five times as fast: 150\n# clients and an authentication backend that serves 50 a second, each waiting at most 0.4 s for it. The\n# server is restarted; who is thrown out comes back after 0.1 to 0.6 s for ever, since a socket that opens\n# counts as success. Cure: only a connection that lasted starts the delays over; they double, full jitter.\n# Takes about a minute a repeat on the real arm and a second on the sim arm.\nquestion: Does the site recover when the chat server restarts under 150 clients?\nexpect: With the reset on open the authentication stays saturated; with the reset after a second everybody is back.\nprofile: ../../data/profiles/fastapi-uvicorn.yaml\nserver_spec: ../replay/servers/fastapi-uvicorn.yaml\nprotocol: websocket\nserver: { startup: 600ms }\ncpu: { limit: 1000m }\nclients:\n  count: 150\n  reconnect: { policy: fixed, base: 350ms, jitter: 70%, cap: 12s, stable: 1s }\nauth: { workers: 5, service: 100ms, timeout: 400ms }\nfault: { deploy-at: 2s }\nworkload:\n  drain: 1s\n  phases:\n    - { name: steady, duration: 25s, rate: 1/s }\nsweep:\n  zip:\n    clients.reconnect.policy: [fixed, full-jitter]\n    clients.reconnect.base: [350ms, 600ms]\n    clients.reconnect.reset: [open, stable]\nreplications: 10\nreal: { repeats: 2 }\nassert:\n  - disconnects.rejected > 2000 if clients.reconnect.reset=open\n  - disconnects.rejected < 1000 if clients.reconnect.reset=stable\n  - clients.open == 150 if clients.reconnect.reset=stable\n','\n',char(10)));
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
INSERT INTO run VALUES(10,3,'real',1,1,'server.write-timeout=0',1,'done','','28fb5b06e4282329','28fb5b06e4282329','0.1.0+e13f885-dirty','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T15:06:00Z',15.357944644999999894);
INSERT INTO run VALUES(11,3,'real',2,1,'server.write-timeout=3s',1,'done','','0912fe28d5a34de7','0912fe28d5a34de7','0.1.0+e13f885-dirty','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T15:06:15Z',15.307155704999999557);
INSERT INTO run VALUES(12,4,'real',1,1,'clients.reconnect.policy=fixed clients.reconnect.base=350ms clients.reconnect.reset=open',1,'done','','26e26ff1d012f01a','26e26ff1d012f01a','0.1.0+e13f885-dirty','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T15:06:39Z',26.641020602000001105);
INSERT INTO run VALUES(13,4,'real',2,1,'clients.reconnect.policy=full-jitter clients.reconnect.base=600ms clients.reconnect.reset=stable',1,'done','','bce8ce80538e79a4','bce8ce80538e79a4','0.1.0+e13f885-dirty','Linux 6.18.44-fc-v782 x86_64, 2 x AMD EPYC, 250 Hz, cgroup v1','2026-11-24T15:07:06Z',26.431113609000000507);
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
INSERT INTO metric VALUES(10,'backlog.max','1',220.0);
INSERT INTO metric VALUES(10,'backlog.memory','B',27799552.0);
INSERT INTO metric VALUES(10,'broke.churn','s',NULL);
INSERT INTO metric VALUES(10,'broke.drops','s',NULL);
INSERT INTO metric VALUES(10,'broke.first','1',0.0);
INSERT INTO metric VALUES(10,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(10,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(10,'broke.killed','s',NULL);
INSERT INTO metric VALUES(10,'broke.memory','s',NULL);
INSERT INTO metric VALUES(10,'broke.p50','s',NULL);
INSERT INTO metric VALUES(10,'broke.p95','s',NULL);
INSERT INTO metric VALUES(10,'broke.p99','s',NULL);
INSERT INTO metric VALUES(10,'broke.pods','s',NULL);
INSERT INTO metric VALUES(10,'broke.probes','s',NULL);
INSERT INTO metric VALUES(10,'broke.queue','s',NULL);
INSERT INTO metric VALUES(10,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(10,'client.cpu_share','1',0.064690330834400247561);
INSERT INTO metric VALUES(10,'client.cpu_share_max','1',0.1523011641038233277);
INSERT INTO metric VALUES(10,'client.gaps','1',0.0);
INSERT INTO metric VALUES(10,'client.late.max','s',0.00031027149999999999218);
INSERT INTO metric VALUES(10,'client.late.p99','s',0.00024217549999999999905);
INSERT INTO metric VALUES(10,'client.strange','1',0.0);
INSERT INTO metric VALUES(10,'client.valid','1',1.0);
INSERT INTO metric VALUES(10,'client.wait_share','1',0.00014023784955973940384);
INSERT INTO metric VALUES(10,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(10,'clients.open','1',10.0);
INSERT INTO metric VALUES(10,'clients.planned','1',10.0);
INSERT INTO metric VALUES(10,'clients.stalls','1',1.0);
INSERT INTO metric VALUES(10,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(10,'connect.p50','s',0.011108351500000000419);
INSERT INTO metric VALUES(10,'connect.p99','s',0.011152663999999999633);
INSERT INTO metric VALUES(10,'connections','1',10.0);
INSERT INTO metric VALUES(10,'connects','1',0.0);
INSERT INTO metric VALUES(10,'connects.failed','1',0.0);
INSERT INTO metric VALUES(10,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(10,'connects.opened','1',0.0);
INSERT INTO metric VALUES(10,'cpu.periods','1',133.0);
INSERT INTO metric VALUES(10,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(10,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(10,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(10,'cpu.used','s',1.0451905310000000337);
INSERT INTO metric VALUES(10,'delivered','1',2380.0);
INSERT INTO metric VALUES(10,'delivery.first.p10','s',0.001013759500000000098);
INSERT INTO metric VALUES(10,'delivery.first.p50','s',0.0019537915000000000316);
INSERT INTO metric VALUES(10,'delivery.last.p50','s',0.0023511034999999999572);
INSERT INTO metric VALUES(10,'delivery.max','s',0.01502311100000000045);
INSERT INTO metric VALUES(10,'delivery.mean','s',0.0042300317260504198546);
INSERT INTO metric VALUES(10,'delivery.order','1',1.0);
INSERT INTO metric VALUES(10,'delivery.order.kept','1',1.0);
INSERT INTO metric VALUES(10,'delivery.p50','s',0.0020193275000000001848);
INSERT INTO metric VALUES(10,'delivery.p95','s',0.0093388794999999993201);
INSERT INTO metric VALUES(10,'delivery.p99','s',0.012353535500000000293);
INSERT INTO metric VALUES(10,'delivery.p999','s',0.014974975499999999481);
INSERT INTO metric VALUES(10,'delivery.slope','s',2.5045623076923075995e-05);
INSERT INTO metric VALUES(10,'delivery.slope.p10','s',7.6954999999999994194e-06);
INSERT INTO metric VALUES(10,'delivery.slope.p50','s',1.0911500000000000476e-05);
INSERT INTO metric VALUES(10,'disconnects','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(10,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(10,'dropped','1',127.0);
INSERT INTO metric VALUES(10,'due','1',2600.0);
INSERT INTO metric VALUES(10,'duration','s',14.007625145000000444);
INSERT INTO metric VALUES(10,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(10,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(10,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(10,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(10,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(10,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(10,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(10,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(10,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(10,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(10,'false_green.share','1',0.0);
INSERT INTO metric VALUES(10,'false_green.time','s',0.0);
INSERT INTO metric VALUES(10,'floor.capacity','1/s',217841.79387244005921);
INSERT INTO metric VALUES(10,'floor.cpu_share','1',0.089815111239810133114);
INSERT INTO metric VALUES(10,'floor.first','s',0.00049459150000000001636);
INSERT INTO metric VALUES(10,'floor.late.p99','s',0.00019916749999999999341);
INSERT INTO metric VALUES(10,'floor.p50','s',0.0028753914999999998815);
INSERT INTO metric VALUES(10,'floor.p99','s',0.0060456954999999999722);
INSERT INTO metric VALUES(10,'floor.step','s',4.5904873542565586596e-06);
INSERT INTO metric VALUES(10,'host.memory.after','s',1.6053000000000001536e-08);
INSERT INTO metric VALUES(10,'host.memory.before','s',1.6885960000000000281e-08);
INSERT INTO metric VALUES(10,'host.other_share','1',0.0030192981480115406445);
INSERT INTO metric VALUES(10,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(10,'host.work.after','s',1.1043500000000000172e-09);
INSERT INTO metric VALUES(10,'host.work.before','s',1.1312049999999999209e-09);
INSERT INTO metric VALUES(10,'in_flight','1',93.0);
INSERT INTO metric VALUES(10,'load.end','s',13.0);
INSERT INTO metric VALUES(10,'lost','1',0.0);
INSERT INTO metric VALUES(10,'memory.end','B',27799552.0);
INSERT INTO metric VALUES(10,'memory.peak','B',27799552.0);
INSERT INTO metric VALUES(10,'metastable','1',NULL);
INSERT INTO metric VALUES(10,'oom.kills','1',0.0);
INSERT INTO metric VALUES(10,'pressure.begin','s',2.0);
INSERT INTO metric VALUES(10,'pressure.end','s',NULL);
INSERT INTO metric VALUES(10,'publish.answered','1',260.0);
INSERT INTO metric VALUES(10,'publish.failed','1',0.0);
INSERT INTO metric VALUES(10,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(10,'published','1',260.0);
INSERT INTO metric VALUES(10,'queue.depth.max','1',20.0);
INSERT INTO metric VALUES(10,'queue.depth.mean','1',0.99956283276089863409);
INSERT INTO metric VALUES(10,'reconnects','1',0.0);
INSERT INTO metric VALUES(10,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(10,'recovery.time','s',NULL);
INSERT INTO metric VALUES(10,'restarts','1',0.0);
INSERT INTO metric VALUES(10,'server.depth_max','1',20.0);
INSERT INTO metric VALUES(10,'server.depth_mean','1',0.99956283276089863409);
INSERT INTO metric VALUES(10,'server.disconnects','1',0.0);
INSERT INTO metric VALUES(10,'server.dropped','1',127.0);
INSERT INTO metric VALUES(10,'server.enqueued','1',2600.0);
INSERT INTO metric VALUES(10,'server.published','1',260.0);
INSERT INTO metric VALUES(10,'server.queued','1',20.0);
INSERT INTO metric VALUES(10,'server.queued_max','1',20.0);
INSERT INTO metric VALUES(10,'server.rejected','1',0.0);
INSERT INTO metric VALUES(10,'server.resident_bytes','1',39747584.0);
INSERT INTO metric VALUES(10,'server.sent','1',2452.0);
INSERT INTO metric VALUES(10,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(10,'server.subscribers','1',10.0);
INSERT INTO metric VALUES(10,'server.subscribers_sse','1',10.0);
INSERT INTO metric VALUES(10,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(10,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(10,'setup.cpu','s',0.01271893600000000013);
INSERT INTO metric VALUES(10,'setup.memory','B',25178112.0);
INSERT INTO metric VALUES(10,'setup.memory.before','B',24653824.0);
INSERT INTO metric VALUES(10,'teardown.cpu','s',0.0052355370000000001767);
INSERT INTO metric VALUES(11,'backlog.max','1',220.0);
INSERT INTO metric VALUES(11,'backlog.memory','B',28495872.0);
INSERT INTO metric VALUES(11,'broke.churn','s',NULL);
INSERT INTO metric VALUES(11,'broke.drops','s',NULL);
INSERT INTO metric VALUES(11,'broke.first','1',0.0);
INSERT INTO metric VALUES(11,'broke.first.at','s',NULL);
INSERT INTO metric VALUES(11,'broke.handshakes','s',NULL);
INSERT INTO metric VALUES(11,'broke.killed','s',NULL);
INSERT INTO metric VALUES(11,'broke.memory','s',NULL);
INSERT INTO metric VALUES(11,'broke.p50','s',NULL);
INSERT INTO metric VALUES(11,'broke.p95','s',NULL);
INSERT INTO metric VALUES(11,'broke.p99','s',NULL);
INSERT INTO metric VALUES(11,'broke.pods','s',NULL);
INSERT INTO metric VALUES(11,'broke.probes','s',NULL);
INSERT INTO metric VALUES(11,'broke.queue','s',NULL);
INSERT INTO metric VALUES(11,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(11,'client.cpu_share','1',0.050590510360721582805);
INSERT INTO metric VALUES(11,'client.cpu_share_max','1',0.15638089102636690275);
INSERT INTO metric VALUES(11,'client.gaps','1',0.0);
INSERT INTO metric VALUES(11,'client.late.max','s',0.00033628299999999999208);
INSERT INTO metric VALUES(11,'client.late.p99','s',0.00026060750000000000147);
INSERT INTO metric VALUES(11,'client.strange','1',0.0);
INSERT INTO metric VALUES(11,'client.valid','1',1.0);
INSERT INTO metric VALUES(11,'client.wait_share','1',0.00016308827837996961018);
INSERT INTO metric VALUES(11,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(11,'clients.open','1',10.0);
INSERT INTO metric VALUES(11,'clients.planned','1',10.0);
INSERT INTO metric VALUES(11,'clients.stalls','1',1.0);
INSERT INTO metric VALUES(11,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(11,'connect.p50','s',0.0073564155000000004333);
INSERT INTO metric VALUES(11,'connect.p99','s',0.0074162129999999996249);
INSERT INTO metric VALUES(11,'connections','1',9.0);
INSERT INTO metric VALUES(11,'connects','1',0.0);
INSERT INTO metric VALUES(11,'connects.failed','1',0.0);
INSERT INTO metric VALUES(11,'connects.failure_rate','1',0.0);
INSERT INTO metric VALUES(11,'connects.opened','1',0.0);
INSERT INTO metric VALUES(11,'cpu.periods','1',136.0);
INSERT INTO metric VALUES(11,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(11,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(11,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(11,'cpu.used','s',0.92718766299999999525);
INSERT INTO metric VALUES(11,'delivered','1',2380.0);
INSERT INTO metric VALUES(11,'delivery.first.p10','s',0.001478655499999999897);
INSERT INTO metric VALUES(11,'delivery.first.p50','s',0.0018145274999999999772);
INSERT INTO metric VALUES(11,'delivery.last.p50','s',0.0020520955000000000445);
INSERT INTO metric VALUES(11,'delivery.max','s',0.014974975499999999481);
INSERT INTO metric VALUES(11,'delivery.mean','s',0.0037314135361344539371);
INSERT INTO metric VALUES(11,'delivery.order','1',0.99986013986013999588);
INSERT INTO metric VALUES(11,'delivery.order.kept','1',0.9981351981351980207);
INSERT INTO metric VALUES(11,'delivery.p50','s',0.0019128314999999999901);
INSERT INTO metric VALUES(11,'delivery.p95','s',0.0094699515000000004938);
INSERT INTO metric VALUES(11,'delivery.p99','s',0.011501567500000000471);
INSERT INTO metric VALUES(11,'delivery.p999','s',0.014974975499999999481);
INSERT INTO metric VALUES(11,'delivery.slope','s',2.2738161538461540065e-05);
INSERT INTO metric VALUES(11,'delivery.slope.p10','s',1.039949999999999928e-05);
INSERT INTO metric VALUES(11,'delivery.slope.p50','s',1.8367499999999999902e-05);
INSERT INTO metric VALUES(11,'disconnects','1',1.0);
INSERT INTO metric VALUES(11,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.rejected','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.server_stopped','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(11,'disconnects.write_timeout','1',1.0);
INSERT INTO metric VALUES(11,'dropped','1',40.0);
INSERT INTO metric VALUES(11,'due','1',2600.0);
INSERT INTO metric VALUES(11,'duration','s',14.023897013999999216);
INSERT INTO metric VALUES(11,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(11,'failure.phase.max','1',0.0);
INSERT INTO metric VALUES(11,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(11,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(11,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(11,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(11,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(11,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(11,'failure.phase3.first','s',NULL);
INSERT INTO metric VALUES(11,'failure.phase3.time','s',0.0);
INSERT INTO metric VALUES(11,'false_green.share','1',0.0);
INSERT INTO metric VALUES(11,'false_green.time','s',0.0);
INSERT INTO metric VALUES(11,'floor.capacity','1/s',217841.79387244005921);
INSERT INTO metric VALUES(11,'floor.cpu_share','1',0.089815111239810133114);
INSERT INTO metric VALUES(11,'floor.first','s',0.00049459150000000001636);
INSERT INTO metric VALUES(11,'floor.late.p99','s',0.00019916749999999999341);
INSERT INTO metric VALUES(11,'floor.p50','s',0.0028753914999999998815);
INSERT INTO metric VALUES(11,'floor.p99','s',0.0060456954999999999722);
INSERT INTO metric VALUES(11,'floor.step','s',4.5904873542565586596e-06);
INSERT INTO metric VALUES(11,'host.memory.after','s',3.3162180000000000558e-08);
INSERT INTO metric VALUES(11,'host.memory.before','s',1.9030460000000000062e-08);
INSERT INTO metric VALUES(11,'host.other_share','1',0.0051919568779474293412);
INSERT INTO metric VALUES(11,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(11,'host.work.after','s',1.1032550000000000329e-09);
INSERT INTO metric VALUES(11,'host.work.before','s',1.1465350000000001151e-09);
INSERT INTO metric VALUES(11,'in_flight','1',180.0);
INSERT INTO metric VALUES(11,'load.end','s',13.0);
INSERT INTO metric VALUES(11,'lost','1',0.0);
INSERT INTO metric VALUES(11,'memory.end','B',28495872.0);
INSERT INTO metric VALUES(11,'memory.peak','B',28495872.0);
INSERT INTO metric VALUES(11,'metastable','1',NULL);
INSERT INTO metric VALUES(11,'oom.kills','1',0.0);
INSERT INTO metric VALUES(11,'pressure.begin','s',2.0);
INSERT INTO metric VALUES(11,'pressure.end','s',NULL);
INSERT INTO metric VALUES(11,'publish.answered','1',260.0);
INSERT INTO metric VALUES(11,'publish.failed','1',0.0);
INSERT INTO metric VALUES(11,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(11,'published','1',260.0);
INSERT INTO metric VALUES(11,'queue.depth.max','1',20.0);
INSERT INTO metric VALUES(11,'queue.depth.mean','1',0.37422317506130942099);
INSERT INTO metric VALUES(11,'reconnects','1',0.0);
INSERT INTO metric VALUES(11,'reconnects.delay.mean','s',NULL);
INSERT INTO metric VALUES(11,'recovery.time','s',NULL);
INSERT INTO metric VALUES(11,'restarts','1',0.0);
INSERT INTO metric VALUES(11,'server.depth_max','1',20.0);
INSERT INTO metric VALUES(11,'server.depth_mean','1',0.37422317506130942099);
INSERT INTO metric VALUES(11,'server.disconnects','1',1.0);
INSERT INTO metric VALUES(11,'server.dropped','1',40.0);
INSERT INTO metric VALUES(11,'server.enqueued','1',2513.0);
INSERT INTO metric VALUES(11,'server.published','1',260.0);
INSERT INTO metric VALUES(11,'server.queued','1',0.0);
INSERT INTO metric VALUES(11,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(11,'server.rejected','1',0.0);
INSERT INTO metric VALUES(11,'server.resident_bytes','1',40558592.0);
INSERT INTO metric VALUES(11,'server.sent','1',2452.0);
INSERT INTO metric VALUES(11,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(11,'server.subscribers','1',9.0);
INSERT INTO metric VALUES(11,'server.subscribers_sse','1',9.0);
INSERT INTO metric VALUES(11,'server.subscribers_websocket','1',0.0);
INSERT INTO metric VALUES(11,'server.write_timeouts','1',1.0);
INSERT INTO metric VALUES(11,'setup.cpu','s',0.0090160020000000003909);
INSERT INTO metric VALUES(11,'setup.memory','B',25088000.0);
INSERT INTO metric VALUES(11,'setup.memory.before','B',24563712.0);
INSERT INTO metric VALUES(11,'teardown.cpu','s',0.0055289579999999996159);
INSERT INTO metric VALUES(12,'backlog.max','1',0.0);
INSERT INTO metric VALUES(12,'backlog.memory','B',0.0);
INSERT INTO metric VALUES(12,'broke.churn','s',2.0);
INSERT INTO metric VALUES(12,'broke.drops','s',NULL);
INSERT INTO metric VALUES(12,'broke.first','1',6.0);
INSERT INTO metric VALUES(12,'broke.first.at','s',2.0);
INSERT INTO metric VALUES(12,'broke.handshakes','s',2.0);
INSERT INTO metric VALUES(12,'broke.killed','s',NULL);
INSERT INTO metric VALUES(12,'broke.memory','s',NULL);
INSERT INTO metric VALUES(12,'broke.p50','s',NULL);
INSERT INTO metric VALUES(12,'broke.p95','s',NULL);
INSERT INTO metric VALUES(12,'broke.p99','s',NULL);
INSERT INTO metric VALUES(12,'broke.pods','s',NULL);
INSERT INTO metric VALUES(12,'broke.probes','s',NULL);
INSERT INTO metric VALUES(12,'broke.queue','s',NULL);
INSERT INTO metric VALUES(12,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(12,'client.cpu_share','1',0.037202027175834193051);
INSERT INTO metric VALUES(12,'client.cpu_share_max','1',0.083294486256112090782);
INSERT INTO metric VALUES(12,'client.gaps','1',0.0);
INSERT INTO metric VALUES(12,'client.late.max','s',0.00023392199999999998736);
INSERT INTO metric VALUES(12,'client.late.p99','s',0.00023392199999999998736);
INSERT INTO metric VALUES(12,'client.strange','1',0.0);
INSERT INTO metric VALUES(12,'client.valid','1',1.0);
INSERT INTO metric VALUES(12,'client.wait_share','1',0.0001743864396291356473);
INSERT INTO metric VALUES(12,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(12,'clients.open','1',89.0);
INSERT INTO metric VALUES(12,'clients.planned','1',150.0);
INSERT INTO metric VALUES(12,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(12,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(12,'connect.p50','s',0.0011837435000000000751);
INSERT INTO metric VALUES(12,'connect.p99','s',0.053084159499999998554);
INSERT INTO metric VALUES(12,'connections','1',89.0);
INSERT INTO metric VALUES(12,'connects','1',4033.0);
INSERT INTO metric VALUES(12,'connects.failed','1',65.0);
INSERT INTO metric VALUES(12,'connects.failure_rate','1',0.016117034465658319764);
INSERT INTO metric VALUES(12,'connects.opened','1',3968.0);
INSERT INTO metric VALUES(12,'cpu.periods','1',237.0);
INSERT INTO metric VALUES(12,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(12,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(12,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(12,'cpu.used','s',6.1549547789999996538);
INSERT INTO metric VALUES(12,'delivered','1',2377.0);
INSERT INTO metric VALUES(12,'delivery.first.p10','s',0.0024985595000000001934);
INSERT INTO metric VALUES(12,'delivery.first.p50','s',0.0029900794999999998242);
INSERT INTO metric VALUES(12,'delivery.last.p50','s',0.0043089914999999995998);
INSERT INTO metric VALUES(12,'delivery.max','s',0.0069631995000000003817);
INSERT INTO metric VALUES(12,'delivery.mean','s',0.0039389434997896509427);
INSERT INTO metric VALUES(12,'delivery.order','1',-0.063338662174344695365);
INSERT INTO metric VALUES(12,'delivery.order.kept','1',1.000000000000000222);
INSERT INTO metric VALUES(12,'delivery.p50','s',0.0037273595000000001378);
INSERT INTO metric VALUES(12,'delivery.p95','s',0.0058490874999999999464);
INSERT INTO metric VALUES(12,'delivery.p99','s',0.0067665915000000003559);
INSERT INTO metric VALUES(12,'delivery.p999','s',0.0069304314999999996546);
INSERT INTO metric VALUES(12,'delivery.slope','s',1.4157080000000000663e-05);
INSERT INTO metric VALUES(12,'delivery.slope.p10','s',8.6714999999999999007e-06);
INSERT INTO metric VALUES(12,'delivery.slope.p50','s',1.3727500000000000281e-05);
INSERT INTO metric VALUES(12,'disconnects','1',4029.0);
INSERT INTO metric VALUES(12,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.rejected','1',3879.0);
INSERT INTO metric VALUES(12,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.server_stopped','1',150.0);
INSERT INTO metric VALUES(12,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(12,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(12,'dropped','1',0.0);
INSERT INTO metric VALUES(12,'due','1',2379.0);
INSERT INTO metric VALUES(12,'duration','s',25.003418213999999864);
INSERT INTO metric VALUES(12,'failure.phase.end','1',3.0);
INSERT INTO metric VALUES(12,'failure.phase.max','1',3.0);
INSERT INTO metric VALUES(12,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(12,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(12,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(12,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(12,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(12,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(12,'failure.phase3.first','s',2.0);
INSERT INTO metric VALUES(12,'failure.phase3.time','s',23.0);
INSERT INTO metric VALUES(12,'false_green.share','1',0.0);
INSERT INTO metric VALUES(12,'false_green.time','s',0.0);
INSERT INTO metric VALUES(12,'floor.capacity','1/s',207531.96638263188651);
INSERT INTO metric VALUES(12,'floor.cpu_share','1',0.087376097956381348907);
INSERT INTO metric VALUES(12,'floor.first','s',0.0003983354999999999947);
INSERT INTO metric VALUES(12,'floor.late.p99','s',0.00012313550000000000037);
INSERT INTO metric VALUES(12,'floor.p50','s',0.0026951674999999997855);
INSERT INTO metric VALUES(12,'floor.p99','s',0.0059801595000000002527);
INSERT INTO metric VALUES(12,'floor.step','s',4.8185347897502928877e-06);
INSERT INTO metric VALUES(12,'host.memory.after','s',8.5741200000000010756e-08);
INSERT INTO metric VALUES(12,'host.memory.before','s',1.649805999999999917e-08);
INSERT INTO metric VALUES(12,'host.other_share','1',0.0041757598903582240218);
INSERT INTO metric VALUES(12,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(12,'host.work.after','s',1.140224999999999958e-09);
INSERT INTO metric VALUES(12,'host.work.before','s',1.0839649999999999889e-09);
INSERT INTO metric VALUES(12,'in_flight','1',0.0);
INSERT INTO metric VALUES(12,'load.end','s',25.0);
INSERT INTO metric VALUES(12,'lost','1',2.0);
INSERT INTO metric VALUES(12,'memory.end','B',43024384.0);
INSERT INTO metric VALUES(12,'memory.peak','B',43053056.0);
INSERT INTO metric VALUES(12,'metastable','1',1.0);
INSERT INTO metric VALUES(12,'oom.kills','1',0.0);
INSERT INTO metric VALUES(12,'pressure.begin','s',2.0);
INSERT INTO metric VALUES(12,'pressure.end','s',2.0);
INSERT INTO metric VALUES(12,'publish.answered','1',25.0);
INSERT INTO metric VALUES(12,'publish.failed','1',0.0);
INSERT INTO metric VALUES(12,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(12,'published','1',25.0);
INSERT INTO metric VALUES(12,'reconnects','1',3968.0);
INSERT INTO metric VALUES(12,'reconnects.delay.mean','s',0.34866972382388822238);
INSERT INTO metric VALUES(12,'recovery.time','s',NULL);
INSERT INTO metric VALUES(12,'restarts','1',1.0);
INSERT INTO metric VALUES(12,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(12,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(12,'server.disconnects','1',3879.0);
INSERT INTO metric VALUES(12,'server.dropped','1',0.0);
INSERT INTO metric VALUES(12,'server.enqueued','1',2080.0);
INSERT INTO metric VALUES(12,'server.published','1',23.0);
INSERT INTO metric VALUES(12,'server.queued','1',0.0);
INSERT INTO metric VALUES(12,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(12,'server.rejected','1',3879.0);
INSERT INTO metric VALUES(12,'server.resident_bytes','1',54603776.0);
INSERT INTO metric VALUES(12,'server.sent','1',2077.0);
INSERT INTO metric VALUES(12,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(12,'server.subscribers','1',89.0);
INSERT INTO metric VALUES(12,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(12,'server.subscribers_websocket','1',89.0);
INSERT INTO metric VALUES(12,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(12,'setup.cpu','s',0.083401638999999999635);
INSERT INTO metric VALUES(12,'setup.memory','B',30564352.0);
INSERT INTO metric VALUES(12,'setup.memory.before','B',24797184.0);
INSERT INTO metric VALUES(12,'teardown.cpu','s',0.023899065000000000585);
INSERT INTO metric VALUES(13,'backlog.max','1',0.0);
INSERT INTO metric VALUES(13,'backlog.memory','B',0.0);
INSERT INTO metric VALUES(13,'broke.churn','s',2.0);
INSERT INTO metric VALUES(13,'broke.drops','s',NULL);
INSERT INTO metric VALUES(13,'broke.first','1',6.0);
INSERT INTO metric VALUES(13,'broke.first.at','s',2.0);
INSERT INTO metric VALUES(13,'broke.handshakes','s',2.0);
INSERT INTO metric VALUES(13,'broke.killed','s',NULL);
INSERT INTO metric VALUES(13,'broke.memory','s',NULL);
INSERT INTO metric VALUES(13,'broke.p50','s',NULL);
INSERT INTO metric VALUES(13,'broke.p95','s',NULL);
INSERT INTO metric VALUES(13,'broke.p99','s',NULL);
INSERT INTO metric VALUES(13,'broke.pods','s',NULL);
INSERT INTO metric VALUES(13,'broke.probes','s',NULL);
INSERT INTO metric VALUES(13,'broke.queue','s',NULL);
INSERT INTO metric VALUES(13,'broke.write-timeouts','s',NULL);
INSERT INTO metric VALUES(13,'client.cpu_share','1',0.048177859046514802388);
INSERT INTO metric VALUES(13,'client.cpu_share_max','1',0.15109468458118396894);
INSERT INTO metric VALUES(13,'client.gaps','1',0.0);
INSERT INTO metric VALUES(13,'client.late.max','s',0.00016025549999999999734);
INSERT INTO metric VALUES(13,'client.late.p99','s',0.00016025549999999999734);
INSERT INTO metric VALUES(13,'client.strange','1',0.0);
INSERT INTO metric VALUES(13,'client.valid','1',1.0);
INSERT INTO metric VALUES(13,'client.wait_share','1',0.00055661137530827495094);
INSERT INTO metric VALUES(13,'clients.given_up','1',0.0);
INSERT INTO metric VALUES(13,'clients.open','1',150.0);
INSERT INTO metric VALUES(13,'clients.planned','1',150.0);
INSERT INTO metric VALUES(13,'clients.stalls','1',0.0);
INSERT INTO metric VALUES(13,'clients.vanished','1',0.0);
INSERT INTO metric VALUES(13,'connect.p50','s',0.0020439034999999998627);
INSERT INTO metric VALUES(13,'connect.p99','s',0.060162047500000002953);
INSERT INTO metric VALUES(13,'connections','1',150.0);
INSERT INTO metric VALUES(13,'connects','1',738.0);
INSERT INTO metric VALUES(13,'connects.failed','1',104.0);
INSERT INTO metric VALUES(13,'connects.failure_rate','1',0.14092140921409213039);
INSERT INTO metric VALUES(13,'connects.opened','1',634.0);
INSERT INTO metric VALUES(13,'cpu.periods','1',217.0);
INSERT INTO metric VALUES(13,'cpu.throttled','s',0.0);
INSERT INTO metric VALUES(13,'cpu.throttled_periods','1',0.0);
INSERT INTO metric VALUES(13,'cpu.throttled_share','1',0.0);
INSERT INTO metric VALUES(13,'cpu.used','s',2.4964962129999999085);
INSERT INTO metric VALUES(13,'delivered','1',2115.0);
INSERT INTO metric VALUES(13,'delivery.first.p10','s',0.0017735674999999999357);
INSERT INTO metric VALUES(13,'delivery.first.p50','s',0.004964351500000000264);
INSERT INTO metric VALUES(13,'delivery.last.p50','s',0.0059801595000000002527);
INSERT INTO metric VALUES(13,'delivery.max','s',0.016613375499999999407);
INSERT INTO metric VALUES(13,'delivery.mean','s',0.0078039216983451535278);
INSERT INTO metric VALUES(13,'delivery.order','1',-0.01994373095691236164);
INSERT INTO metric VALUES(13,'delivery.order.kept','1',1.000000000000000222);
INSERT INTO metric VALUES(13,'delivery.p50','s',0.0081428474999999996691);
INSERT INTO metric VALUES(13,'delivery.p95','s',0.016023551500000000197);
INSERT INTO metric VALUES(13,'delivery.p99','s',0.016547839500000001422);
INSERT INTO metric VALUES(13,'delivery.p999','s',0.016613375499999999407);
INSERT INTO metric VALUES(13,'delivery.slope','s',1.0670559999999999696e-05);
INSERT INTO metric VALUES(13,'delivery.slope.p10','s',2.7435000000000000753e-06);
INSERT INTO metric VALUES(13,'delivery.slope.p50','s',8.2874999999999998502e-06);
INSERT INTO metric VALUES(13,'disconnects','1',634.0);
INSERT INTO metric VALUES(13,'disconnects.client_left','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.connect_timeout','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.drained','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.handshake_timeout','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.network','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.pong_timeout','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.rejected','1',484.0);
INSERT INTO metric VALUES(13,'disconnects.server','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.server_killed','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.server_stopped','1',150.0);
INSERT INTO metric VALUES(13,'disconnects.silence','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.slow_consumer','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.write_failed','1',0.0);
INSERT INTO metric VALUES(13,'disconnects.write_timeout','1',0.0);
INSERT INTO metric VALUES(13,'dropped','1',0.0);
INSERT INTO metric VALUES(13,'due','1',2115.0);
INSERT INTO metric VALUES(13,'duration','s',25.006192151000000479);
INSERT INTO metric VALUES(13,'failure.phase.end','1',0.0);
INSERT INTO metric VALUES(13,'failure.phase.max','1',3.0);
INSERT INTO metric VALUES(13,'failure.phase1.first','s',NULL);
INSERT INTO metric VALUES(13,'failure.phase1.stable','1',NULL);
INSERT INTO metric VALUES(13,'failure.phase1.time','s',0.0);
INSERT INTO metric VALUES(13,'failure.phase2.churn','1',NULL);
INSERT INTO metric VALUES(13,'failure.phase2.first','s',NULL);
INSERT INTO metric VALUES(13,'failure.phase2.time','s',0.0);
INSERT INTO metric VALUES(13,'failure.phase3.first','s',2.0);
INSERT INTO metric VALUES(13,'failure.phase3.time','s',17.0);
INSERT INTO metric VALUES(13,'false_green.share','1',0.0);
INSERT INTO metric VALUES(13,'false_green.time','s',0.0);
INSERT INTO metric VALUES(13,'floor.capacity','1/s',207531.96638263188651);
INSERT INTO metric VALUES(13,'floor.cpu_share','1',0.087376097956381348907);
INSERT INTO metric VALUES(13,'floor.first','s',0.0003983354999999999947);
INSERT INTO metric VALUES(13,'floor.late.p99','s',0.00012313550000000000037);
INSERT INTO metric VALUES(13,'floor.p50','s',0.0026951674999999997855);
INSERT INTO metric VALUES(13,'floor.p99','s',0.0059801595000000002527);
INSERT INTO metric VALUES(13,'floor.step','s',4.8185347897502928877e-06);
INSERT INTO metric VALUES(13,'host.memory.after','s',1.7272739999999998402e-08);
INSERT INTO metric VALUES(13,'host.memory.before','s',2.4540959999999998352e-08);
INSERT INTO metric VALUES(13,'host.other_share','1',0.0068427789838750637668);
INSERT INTO metric VALUES(13,'host.steal_share','1',0.0);
INSERT INTO metric VALUES(13,'host.work.after','s',1.0922850000000000181e-09);
INSERT INTO metric VALUES(13,'host.work.before','s',1.0881199999999999606e-09);
INSERT INTO metric VALUES(13,'in_flight','1',0.0);
INSERT INTO metric VALUES(13,'load.end','s',25.0);
INSERT INTO metric VALUES(13,'lost','1',0.0);
INSERT INTO metric VALUES(13,'memory.end','B',33607680.0);
INSERT INTO metric VALUES(13,'memory.peak','B',33607680.0);
INSERT INTO metric VALUES(13,'metastable','1',0.0);
INSERT INTO metric VALUES(13,'oom.kills','1',0.0);
INSERT INTO metric VALUES(13,'pressure.begin','s',2.0);
INSERT INTO metric VALUES(13,'pressure.end','s',2.0);
INSERT INTO metric VALUES(13,'publish.answered','1',25.0);
INSERT INTO metric VALUES(13,'publish.failed','1',0.0);
INSERT INTO metric VALUES(13,'publish.pipelined','1',0.0);
INSERT INTO metric VALUES(13,'published','1',25.0);
INSERT INTO metric VALUES(13,'reconnects','1',634.0);
INSERT INTO metric VALUES(13,'reconnects.delay.mean','s',2.2300165840108410186);
INSERT INTO metric VALUES(13,'recovery.time','s',17.0);
INSERT INTO metric VALUES(13,'restarts','1',1.0);
INSERT INTO metric VALUES(13,'server.depth_max','1',1.0);
INSERT INTO metric VALUES(13,'server.depth_mean','1',0.0);
INSERT INTO metric VALUES(13,'server.disconnects','1',484.0);
INSERT INTO metric VALUES(13,'server.dropped','1',0.0);
INSERT INTO metric VALUES(13,'server.enqueued','1',1815.0);
INSERT INTO metric VALUES(13,'server.published','1',23.0);
INSERT INTO metric VALUES(13,'server.queued','1',0.0);
INSERT INTO metric VALUES(13,'server.queued_max','1',0.0);
INSERT INTO metric VALUES(13,'server.rejected','1',484.0);
INSERT INTO metric VALUES(13,'server.resident_bytes','1',44707840.0);
INSERT INTO metric VALUES(13,'server.sent','1',1815.0);
INSERT INTO metric VALUES(13,'server.slow_disconnects','1',0.0);
INSERT INTO metric VALUES(13,'server.subscribers','1',150.0);
INSERT INTO metric VALUES(13,'server.subscribers_sse','1',0.0);
INSERT INTO metric VALUES(13,'server.subscribers_websocket','1',150.0);
INSERT INTO metric VALUES(13,'server.write_timeouts','1',0.0);
INSERT INTO metric VALUES(13,'setup.cpu','s',0.10320427699999999704);
INSERT INTO metric VALUES(13,'setup.memory','B',30990336.0);
INSERT INTO metric VALUES(13,'setup.memory.before','B',25223168.0);
INSERT INTO metric VALUES(13,'teardown.cpu','s',0.017177876000000001643);
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
