#include "models/second_counts.h"

#include <stdio.h>

static void record_disconnects(struct second_counts *seen,
                               const struct clients_counters *clients, int64_t now_ns,
                               struct run_record *out)
{
    uint64_t all = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        snprintf(name, sizeof name, "disconnects.%s", disconnect_cause_name(i));
        run_record_count(out, name, now_ns, &seen->by_cause[i], clients->disconnects[i]);
        all += clients->disconnects[i];
    }
    run_record_count(out, "disconnects", now_ns, &seen->disconnects, all);
}

void second_counts_record(struct second_counts *seen, const struct clients_counters *clients,
                          const struct second_totals *totals, int64_t now_ns,
                          struct run_record *out)
{
    run_record_count(out, "drops", now_ns, &seen->totals.drops, totals->drops);
    run_record_count(out, "lost", now_ns, &seen->totals.lost, totals->lost);
    record_disconnects(seen, clients, now_ns, out);
    run_record_count(out, "write_timeouts", now_ns, &seen->write_timeouts,
                     clients_write_timeouts(clients));
    uint64_t failed = clients->failed - seen->connects_failed;
    run_record_share(out, "connects.failure_rate", now_ns, failed,
                     failed + clients->opened - seen->connects_opened);
    seen->connects_opened = clients->opened;
    run_record_count(out, "connects", now_ns, &seen->connects, clients->attempts);
    run_record_count(out, "connects.failed", now_ns, &seen->connects_failed, clients->failed);
    run_record_count(out, "oom", now_ns, &seen->totals.oom_kills, totals->oom_kills);
    run_record_count(out, "restarts", now_ns, &seen->totals.restarts, totals->restarts);
    if (totals->slow > 0)
        run_record_point(out, "slow_consumers", now_ns, (double)totals->slow);
}
