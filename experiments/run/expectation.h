/* expectation.h - what an experiment asserts of its results: the `assert` list of its file.
 *
 *   assert:
 *     - oom >= 1 if clients.preset=dust-fixed
 *     - memory.peak < 1e9 if clients.preset=dust-jitter
 *     - lost == 0
 *
 * METRIC OP NUMBER, in the metric's base unit (s, B, 1), for every cell or for those with the
 * swept values after `if`. A metric that is not defined (NAN) fulfils nothing.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_EXPECTATION_H
#define PUSHSIM_EXPERIMENTS_RUN_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/run/yaml_document.h"
#include "sim/error.h"

struct expectation {
    char metric[48];
    char operator[3]; /* < <= > >= == != */
    double number;
    char *cell; /* "key=value key=value"; "" = every cell; owned */
    char *text; /* as written; owned */
};

struct expectations {
    struct expectation *items; /* owned */
    size_t count;
};

/* Reads the list `node` (NULL: none). ERR_INVALID with its place. */
int expectations_read(struct expectations *e, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err);
void expectations_close(struct expectations *e);

/* Does it speak of this cell of the plan ("protocol=sse cpu.limit=200m")? */
bool expectation_applies(const struct expectation *e, const char *cell);
bool expectation_holds(const struct expectation *e, double value);

#endif
