#include "tests/support/planned_store.h"

#include <stdlib.h>

#include "tests/support/need.h"

void planned_store_open(struct planned_store *s, const char *text)
{
    struct error err;
    scratch_open(&s->scratch);
    s->yaml = scratch_write(&s->scratch, "x.yaml", text);
    s->db = scratch_path(&s->scratch, "x.db");
    need(config_load(&s->e, s->yaml, NULL, 0, &err), &err);
    need(plan_build(&s->plan, &s->e, &err), &err);
    need(store_open(&s->store, s->db, STORE_CREATE, &err), &err);
    need(store_experiment(s->store, &s->e, &s->id, &err), &err);
}

void planned_store_put(struct planned_store *s, size_t point, int64_t replication,
                       enum run_status status, struct run_record *record)
{
    struct error err;
    struct store_run run = { .arm = ARM_REAL,
                             .replication = replication,
                             .status = status,
                             .reason = "",
                             .host = "made" };
    need(store_put(s->store, s->id, &s->plan, &s->plan.points[point], &run, record, &err),
         &err);
    run_record_close(record);
}

void planned_store_close(struct planned_store *s)
{
    store_close(s->store);
    plan_close(&s->plan);
    config_close(&s->e);
    free(s->yaml);
    free(s->db);
    scratch_close(&s->scratch);
}
