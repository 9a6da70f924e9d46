/* planned_store.h - an experiment called "x", its plan and a database for its rows, in a directory
 * that is removed with them. */
#ifndef PUSHSIM_TESTS_SUPPORT_PLANNED_STORE_H
#define PUSHSIM_TESTS_SUPPORT_PLANNED_STORE_H

#include "experiments/run/config.h"
#include "experiments/run/store.h"
#include "tests/support/scratch_file.h"

struct planned_store {
    struct scratch scratch; /* files of the test may be put there, too */
    char *yaml, *db;        /* paths; owned */
    struct experiment e;
    struct plan plan;
    struct store *store; /* open to write */
    int64_t id;          /* of the experiment in it */
};

/* text: the experiment's file. Aborts with the cause where it is not right. */
void planned_store_open(struct planned_store *s, const char *text);
/* Stores a real run of a point; closes the record. */
void planned_store_put(struct planned_store *s, size_t point, int64_t replication,
                       enum run_status status, struct run_record *record);
void planned_store_close(struct planned_store *s);

#endif
