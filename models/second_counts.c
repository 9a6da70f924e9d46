#include "models/second_counts.h"

static void record(struct run_record *out, const char *name, int64_t now_ns, uint64_t *seen,
                   uint64_t now)
{
    if (now > *seen)
        run_record_point(out, name, now_ns, (double)(now - *seen));
    *seen = now;
}

void second_counts_record(struct second_counts *seen, const struct clients_counters *clients,
                          uint64_t drops, int64_t now_ns, struct run_record *out)
{
    uint64_t disconnects = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++)
        if (i != DISCONNECT_CLIENT_LEFT)
            disconnects += clients->disconnects[i];
    record(out, "drops", now_ns, &seen->drops, drops);
    record(out, "disconnects", now_ns, &seen->disconnects, disconnects);
    record(out, "write_timeouts", now_ns, &seen->write_timeouts,
           clients->disconnects[DISCONNECT_WRITE_TIMEOUT] +
               clients->noticed[DISCONNECT_WRITE_TIMEOUT]);
    record(out, "connects.failed", now_ns, &seen->connects_failed, clients->failed);
}
