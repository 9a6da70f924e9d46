/* plan.h - what an experiment runs: points in declared order, replications, hashes.
 *
 * The first axis of the sweep varies slowest. Run i (from 0) is replication i % replications + 1
 * of point i / replications. The seed of every run is the experiment's; its random streams are
 * keyed by (seed, replication, purpose), so that the points share random numbers.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_PLAN_H
#define PUSHSIM_EXPERIMENTS_RUN_PLAN_H

#include "experiments/run/config.h"
#include "experiments/run/parameter_draws.h"

struct plan_point {
    int64_t number; /* from 1, in declared order */
    char *cell;     /* "protocol=sse cpu.limit=200m": the swept values; "" when none; owned */
    char *profile;  /* its file's name without directory and extension; NULL: none; owned */
    struct settings settings; /* resolved */
    /* Of everything the sim arm's result depends on but seed, replication. */
    uint64_t model_hash;
    uint64_t scenario_hash; /* of what both arms are asked to do: equal hashes are comparable */
    /* Owned: by replication (of the sim arm), in turn; NULL: the settings'. */
    struct run_pace *paces;
    size_t pace_count; /* of them; 0: none */
    /* Its profile's; borrowed from the experiment; NULL: none. */
    const struct fitted_ranges *fitted;
    /* Owned: what of the point lies outside of them, in words, "" nothing; NULL: none are told. */
    char *outside;
    const struct parameter_draws *draws; /* borrowed from the plan; NULL: parameters stay */
};

/* The pace of a replication, from 1, of the sim arm. */
struct run_pace plan_pace(const struct plan_point *point, int64_t replication);

struct plan {
    struct plan_point *points; /* owned */
    size_t count;              /* of them, >= 1 */
    int64_t replications;      /* of each point in the sim arm */
    int64_t repeats;           /* of each point in the real arm */
    int64_t seed;              /* the experiment's, of every run */
    /* Owned; of each profile that has a point that draws; NULL: none. */
    struct parameter_draws *draws;
    size_t draw_count; /* of them; 0: none */
};

/* What a replication (from 1) of the sim arm is run with: its pace, its parameters. */
void plan_settings(const struct plan *plan, const struct plan_point *point, int64_t replication,
                   struct settings *out);

/* ERR_INVALID: a point is inconsistent ("path:4:15: point 3
 * (cpu.limit=5m): ...", with the line and a caret), or the constraints
 * leave none; *plan is empty then. */
int plan_build(struct plan *plan, const struct experiment *e, struct error *err);
void plan_close(struct plan *plan);

/* The next "key=value" of a cell, copied: false at the end. Starts with *rest = the cell. */
bool cell_next(const char **rest, char key[64], char value[UNIT_TEXT_BYTES]);

/* Seconds one run of this point takes on the real arm: phases, and about 3 s around them; the
 * drain ends as soon as nothing is in flight. */
double plan_real_seconds(const struct plan_point *point);

#endif
