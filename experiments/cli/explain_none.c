#include "experiments/cli/explain_none.h"

#include <string.h>

#include "experiments/run/expectation.h"

struct there { /* of the runs that are done */
    size_t done;
    int64_t points, replications; /* the greatest */
    const char *cell;             /* of the first one; NULL: none */
    bool cell_found;              /* some cell is as asked for */
};

static void look(struct there *t, const struct store_found *run, const char *cell)
{
    struct expectation wanted = { .cell = (char *)cell };
    if (run->status != RUN_DONE)
        return;
    t->done++;
    t->cell = t->cell ? t->cell : run->cell;
    t->cell_found |= !cell || expectation_applies(&wanted, run->cell);
    if (run->point > t->points)
        t->points = run->point;
    if (run->replication > t->replications)
        t->replications = run->replication;
}

static int say(const struct there *t, const char *db, const char *cell, struct error *err)
{
    if (t->done == 0)
        return error_set(err, ERR_INVALID, "%s: no such run is done", db);
    if (t->cell_found)
        return error_set(
            err, ERR_INVALID,
            "%s: no such run is done: there are points 1 to %lld, replications 1 to "
            "%lld",
            db, (long long)t->points, (long long)t->replications);
    if (!*t->cell)
        return error_set(err, ERR_INVALID, "%s: no cell is '%.80s': nothing is swept", db,
                         cell);
    return error_set(err, ERR_INVALID, "%s: no cell is '%.80s'; the first is '%.160s'", db,
                     cell, t->cell);
}

int explain_none(struct store *store, const char *db, const char *experiment, enum arm arm,
                 const char *cell, struct error *err)
{
    struct there there = { 0 };
    struct store_found *runs;
    size_t count;
    int code = store_find(store, experiment, arm, 0, 0, &runs, &count, err);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++)
        look(&there, &runs[i], cell);
    if (count == 0 && experiment)
        code =
            error_set(err, ERR_INVALID, "%s: holds no %s%srun of an experiment named %.80s", db,
                      arm < ARMS ? arm_words[arm] : "", arm < ARMS ? " " : "", experiment);
    else
        code = say(&there, db, cell, err);
    store_found_free(runs, count);
    return code;
}
