/* cells.h - the figures of both arms, gathered by cell of the sweep.
 *
 * A cell is the set of runs with the same swept values ("protocol=sse cpu.limit=200m"), whatever
 * their number in the plan: so that measured rows from another file join the simulated ones.
 */
#ifndef PUSHSIM_ANALYSIS_CELLS_H
#define PUSHSIM_ANALYSIS_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/client_share.h"
#include "analysis/run_fates.h"
#include "experiments/run/shard.h"
#include "experiments/run/store.h"

/* Of a run; figure_metric names each as data/results.md does. */
enum figure {
    FIGURE_P50,
    FIGURE_P95,
    FIGURE_P99,
    FIGURE_DROPPED,
    FIGURE_THROTTLED,
    FIGURE_CPU,
    FIGURES_SHOWN, /* those before are compared and printed */
    FIGURE_DELIVERED = FIGURES_SHOWN,
    FIGURE_DUE,
    FIGURE_LOST,
    FIGURE_LOST_LEFT,    /* of these, with connections that their clients ended, … */
    FIGURE_LOST_NETWORK, /* … or the network */
    FIGURE_IN_FLIGHT,
    FIGURE_RECALLED,      /* due again, by a replay, … */
    FIGURE_REPLAYED,      /* … of these, those that came, … */
    FIGURE_REPLAYED_LOST, /* … and of these, those that a connection had lost before */
    FIGURE_MISSED,        /* published while their client was away */
    FIGURE_PUBLISHED,
    FIGURE_UNHEARD, /* of these, while no server listened */
    FIGURE_DISCONNECTS,
    FIGURE_LEFT, /* of these, by clients that left */
    FIGURE_RECONNECTS,
    FIGURE_DURATION,
    FIGURE_REFUSED, /* by the slo's control (the sim arm's alone): connects with Retry-After, … */
    FIGURE_SHED,          /* … publishes shed */
    FIGURE_OVER_CAPACITY, /* SYNs that found no room in their pod */
    FIGURE_SCALED_UP,     /* by the autoscaler, … */
    FIGURE_SCALED_DOWN,
    FIGURE_FIRST, /* of a fan-out: its first byte, … */
    FIGURE_FIRST_P10,
    FIGURE_SLOPE, /* … the time between two neighbours, … */
    FIGURE_SLOPE_P10,
    FIGURE_FIRST_CALM, /* … both over the quarter that was through soonest, … */
    FIGURE_SLOPE_CALM,
    FIGURE_ORDER, /* … the order of its clients (the real arm's alone) */
    FIGURE_ORDER_KEPT,
    FIGURES
};

struct cell_run {            /* of the real arm: which figures belong together */
    double figures[FIGURES]; /* as in the samples; NAN: not there */
    bool starved;            /* it has no p99 and should have one: run_fates.h */
};

struct cell {
    char *text;                   /* its swept values; owned; "" when nothing is swept */
    uint64_t scenario_hash[ARMS]; /* of the arm's runs, the last of them; 0 = none there */
    bool mixed[ARMS];             /* not of all of them: what is not swept differs */
    struct sample samples[ARMS][FIGURES]; /* of its runs; units: figure_unit */
    size_t starved[ARMS]; /* runs without a p99 that should have one: run_fates.h */
    struct sample due_p95[ARMS], due_p99[ARMS]; /* s, not sorted: run_fates_p95 and _p99 */
    struct cell_run *runs;      /* of the real arm, in order of their numbers; owned */
    size_t run_count;           /* of them */
    struct client_share client; /* of the load client in the real arm's latencies */
};

struct cells {
    struct cell *cell;      /* in plan order of the first database that has them; owned */
    size_t count;           /* of them */
    uint64_t *hash;         /* of each one's text, as cells_load has found them; owned */
    size_t recent;          /* index of the cell found last: its neighbour is asked for next */
    struct run_fates fates; /* of the run whose figures are being added, ... */
    int64_t point, replication; /* ... and its name; -1: none yet */
    struct client_times times;  /* of the real try whose figures are being added */
    const struct shard *part;   /* takes of the sim arm only its runs; NULL: all; borrowed */
};

/* The metric's name in the store: "delivery.p50". */
const char *figure_metric(enum figure figure);
/* Its unit for people: UNIT_TIME (values in s), UNIT_COUNT or UNIT_SHARE. */
enum unit figure_unit(enum figure figure);
/* As people read it: 7.53ms, 20%, 15. Writes at most UNIT_TEXT_BYTES; "-" for NAN. */
char *figure_format(char *out, enum figure figure, double value);

void cells_init(struct cells *cells);
void cells_close(struct cells *cells);
/* Adds the runs of an experiment (NULL: all) that are done. Where too much of a cell's latencies
 * is the client's own time (client_share.h) the real arm has none there. ERR_IO. */
int cells_load(struct cells *cells, struct store *store, const char *experiment,
               struct error *err);

#endif
