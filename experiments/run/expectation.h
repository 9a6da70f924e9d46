/* expectation.h - what an experiment asserts of its results: the `assert` list of its file.
 *
 *   assert:
 *     - oom >= 1 if clients.preset=dust-fixed
 *     - memory.peak < 1e9 if clients.preset=dust-jitter
 *     - lost == 0
 *
 * METRIC OP NUMBER, in the metric's base unit (s, B, 1), for every cell or for those with the
 * swept values after `if`. Each run of such a cell must fulfil it. A metric that is not defined
 * (NAN) fulfils nothing, and what no run can tell does not hold.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_EXPECTATION_H
#define PUSHSIM_EXPERIMENTS_RUN_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/run/arm.h"
#include "experiments/run/yaml_document.h"
#include "sim/error.h"

struct expectation {
    char metric[48];  /* its name in the store */
    char operator[3]; /* < <= > >= == != */
    double number;    /* that it is held against, in the metric's base unit */
    char *cell;       /* "key=value key=value"; "" = every cell; owned */
    char *text;       /* as written; owned */
    /* found by expectations_judge */
    size_t runs, broken; /* that it speaks of; of them those that do not fulfil it */
    double low, high;    /* least and greatest value; NAN: none is defined */
    char *broken_cell;   /* of the first run that does not fulfil it; owned; NULL = none */
    double broken_value; /* that run's; NAN: not defined */
};

struct expectations {
    struct expectation *items; /* owned */
    size_t count;              /* 0: the file asserts nothing */
};

/* Reads the list `node` (NULL: none). ERR_INVALID with its place. */
int expectations_read(struct expectations *e, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err);
void expectations_close(struct expectations *e);

/* Does it speak of this cell of the plan ("protocol=sse cpu.limit=200m")? */
bool expectation_applies(const struct expectation *e, const char *cell);
bool expectation_holds(const struct expectation *e, double value);

struct shard;
struct store;

/* Adds one run of a cell to what is found of each assertion about this metric. */
void expectations_see(struct expectations *e, const char *cell, const char *metric,
                      double value);
/* Judges them all by the experiment's runs on an arm that are done; *broken: how
 * many do not hold. Of a part, by its runs alone (NULL: all): what none of them can tell is open,
 * not broken. ERR_IO. */
int expectations_judge(struct expectations *e, struct store *store, const char *experiment,
                       enum arm arm, const struct shard *part, size_t *broken,
                       struct error *err);
bool expectation_fulfilled(const struct expectation *e); /* by every run, and there is one */
bool expectation_open(const struct expectation *e, const struct shard *part);

#endif
