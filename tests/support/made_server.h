/* made_server.h - a server whose costs are known stands in for the real arm: the model itself, with
 * random numbers of its own. */
#ifndef PUSHSIM_TESTS_SUPPORT_MADE_SERVER_H
#define PUSHSIM_TESTS_SUPPORT_MADE_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/calibration.h"
#include "tests/support/planned_store.h"

struct made_truth {
    const char *option;
    double value; /* in the option's base unit */
};

/* Its costs, and how its loop works. */
struct made_server {
    enum loop_kind loop;
    int hops;
    const struct made_truth *truths;
    size_t count;
    uint64_t chance; /* another one for each: other random numbers of the same server */
};

extern const char made_experiment[];         /* ten cells of a calibration by event streams */
extern const struct made_server made_uvloop; /* for those */

/* Rows of that server in b, `repeats` of each point, and what a fit collects of them; the caller
 * closes c. */
void made_server_collect(struct calibration *c, struct planned_store *b, uint32_t repeats,
                         const struct made_server *m);

#endif
