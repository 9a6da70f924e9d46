/* limit_table.h - what pushsim limit found, as a table or as JSON on standard output. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_LIMIT_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_LIMIT_TABLE_H

#include "analysis/limit_scan.h"

struct limit_result {               /* of one point */
    const char *cell;               /* borrowed from the plan */
    struct limit_question question; /* what both arms were asked */
    struct limit_answer sim, real;  /* searches 0 and no value: that arm was not asked */
    struct limit_answer alike; /* of the runs of `real` simulated, at its paces; as above */
    struct limit_scan scan;    /* about the answer of `sim`; count 0: none */
};

struct limit_table {                    /* all borrowed */
    const char *over;                   /* the option that was varied */
    const char *from, *to;              /* its range, as written */
    const struct limit_result *results; /* one for each point */
    size_t count;                       /* points, >= 1 */
};

/* A row for each point, both arms beside each other. */
void limit_table_print(const struct limit_table *table);
/* The same as an array of objects; figures in base units. */
void limit_table_json(const struct limit_table *table);

#endif
