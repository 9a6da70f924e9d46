/* bench_memory.c - resident bytes that one more simulated connection costs, everything modelled
 * for it included: its own costs, heartbeats, outbound queue, the client with its reconnects, all
 * metrics and blame. The peak of a process with a million connections less that of one with a
 * thousand. */
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/support/connection_load.h"

enum { FEW = 1000, MANY = 1000000 };

static double bytes_per_connection(void *context)
{
    const enum connection_load *load = context;
    int64_t few = connection_load_peak(*load, FEW);
    int64_t many = connection_load_peak(*load, MANY);
    if (few < 0 || many < 0)
        exit(1);
    return (double)(many - few) / (MANY - FEW);
}

int main(void)
{
    enum connection_load steady = CONNECTIONS_STEADY, hard = CONNECTIONS_HARD;
    bench_report("bytes.connection", "B", BENCH_RUNS, bytes_per_connection, &hard);
    bench_report("bytes.connection.steady", "B", BENCH_RUNS, bytes_per_connection, &steady);
    return 0;
}
