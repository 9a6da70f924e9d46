/* server_stats.h - the counters that a server shows of itself: a flat JSON object of numbers,
 * or lines of "name: number" (nchan_stub_status and the like). Other content is skipped.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_STATS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_STATS_H

#include "experiments/replay/http_fetch.h"
#include "sim/error.h"

#define SERVER_COUNTERS_MAX 64

struct server_counter {
    char name[40]; /* spaces become underscores, capitals small */
    double value;  /* in the server's own unit */
};

struct server_stats {
    struct server_counter counters[SERVER_COUNTERS_MAX]; /* in the order of the answer */
    int count; /* 0..SERVER_COUNTERS_MAX; more are left out */
};

/* Reads what a server answered; what is no counter is skipped. */
void server_stats_parse(struct server_stats *stats, const char *text);
/* Asks the server; ERR_IO. */
int server_stats_fetch(struct server_stats *stats, const struct endpoint *e, int timeout_ms,
                       struct error *err);
/* NAN when there is no such counter, or name is NULL. */
double server_stats_value(const struct server_stats *stats, const char *name);

#endif
