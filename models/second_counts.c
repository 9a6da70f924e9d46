#include "models/second_counts.h"

#include <stdio.h>

static void record(struct run_record *out, const char *name, int64_t now_ns, uint64_t *seen,
                   uint64_t now)
{
    if (now > *seen)
        run_record_point(out, name, now_ns, (double)(now - *seen));
    *seen = now;
}

static void record_disconnects(struct second_counts *seen,
                               const struct clients_counters *clients, int64_t now_ns,
                               struct run_record *out)
{
    uint64_t all = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        snprintf(name, sizeof name, "disconnects.%s", disconnect_cause_name(i));
        record(out, name, now_ns, &seen->by_cause[i], clients->disconnects[i]);
        all += clients->disconnects[i];
    }
    record(out, "disconnects", now_ns, &seen->disconnects, all);
}

static void record_failure_rate(const struct second_counts *seen,
                                const struct clients_counters *clients, int64_t now_ns,
                                struct run_record *out)
{
    uint64_t failed = clients->failed - seen->connects_failed;
    uint64_t ended = failed + clients->opened - seen->connects_opened;
    if (ended > 0)
        run_record_point(out, "connects.failure_rate", now_ns, (double)failed / (double)ended);
}

void second_counts_record(struct second_counts *seen, const struct clients_counters *clients,
                          const struct second_totals *totals, int64_t now_ns,
                          struct run_record *out)
{
    record(out, "drops", now_ns, &seen->totals.drops, totals->drops);
    record(out, "lost", now_ns, &seen->totals.lost, totals->lost);
    record_disconnects(seen, clients, now_ns, out);
    record(out, "write_timeouts", now_ns, &seen->write_timeouts,
           clients->disconnects[DISCONNECT_WRITE_TIMEOUT] +
               clients->noticed[DISCONNECT_WRITE_TIMEOUT]);
    record_failure_rate(seen, clients, now_ns, out);
    seen->connects_opened = clients->opened;
    record(out, "connects", now_ns, &seen->connects, clients->attempts);
    record(out, "connects.failed", now_ns, &seen->connects_failed, clients->failed);
    record(out, "oom", now_ns, &seen->totals.oom_kills, totals->oom_kills);
    record(out, "restarts", now_ns, &seen->totals.restarts, totals->restarts);
    if (totals->slow > 0)
        run_record_point(out, "slow_consumers", now_ns, (double)totals->slow);
}
