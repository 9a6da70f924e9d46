#include "experiments/run/runner.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct outcome {
    struct run_record record;
    struct error reason; /* when code != 0 */
    int code;
    double wall_s;
    bool ready;
};

/* What is still to run, and the ring of outcomes between the workers and the writer. */
struct shop {
    const struct runner *runner;
    const size_t *todo; /* indices of runs, in plan order */
    size_t count;
    struct outcome *ring; /* outcome of todo[i] at i % room */
    size_t room;
    size_t taken;   /* runs given to workers */
    size_t written; /* runs taken over by the writer */
    bool stop;      /* the writer failed */
    pthread_mutex_t lock;
    pthread_cond_t finished; /* an outcome became ready */
    pthread_cond_t space;    /* the writer made room */
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct plan_point *point_of(const struct plan *plan, size_t run)
{
    return &plan->points[run / (size_t)plan->replications];
}

static int64_t replication_of(const struct plan *plan, size_t run)
{
    return (int64_t)(run % (size_t)plan->replications) + 1;
}

static void make_run(const struct runner *r, size_t run, struct outcome *out)
{
    const struct parameters *p = &point_of(r->plan, run)->settings.parameters;
    uint64_t seed = (uint64_t)r->plan->seed;
    uint32_t replication = (uint32_t)replication_of(r->plan, run);
    struct schedule built = { 0 };
    double start = now_s();
    run_record_init(&out->record);
    if (!r->trace)
        schedule_build(&built, p, seed, replication);
    out->code = r->model(p, r->trace ? r->trace : &built, seed, replication, &out->record,
                         &out->reason);
    if (!r->trace)
        schedule_close(&built);
    out->wall_s = now_s() - start;
}

static void *work(void *argument)
{
    struct shop *shop = argument;
    pthread_mutex_lock(&shop->lock);
    while (shop->taken < shop->count && !shop->stop) {
        if (shop->taken - shop->written >= shop->room) {
            pthread_cond_wait(&shop->space, &shop->lock);
            continue;
        }
        size_t mine = shop->taken++;
        pthread_mutex_unlock(&shop->lock);
        struct outcome *out = &shop->ring[mine % shop->room];
        make_run(shop->runner, shop->todo[mine], out);
        pthread_mutex_lock(&shop->lock);
        out->ready = true;
        pthread_cond_broadcast(&shop->finished);
    }
    pthread_mutex_unlock(&shop->lock);
    return NULL;
}

static int write_outcome(const struct runner *r, size_t run, const struct outcome *o,
                         struct runner_result *result, struct error *err)
{
    const struct plan_point *point = point_of(r->plan, run);
    struct store_run row = {
        .arm = "sim",
        .replication = replication_of(r->plan, run),
        .status = o->code ? "failed" : "done",
        .reason = o->code ? o->reason.text : "",
        .config_hash = store_config_hash(r->plan, point, replication_of(r->plan, run)),
        .wall_s = o->wall_s,
    };
    *(o->code ? &result->failed : &result->done) += 1;
    return store_put(r->store, r->experiment, r->plan, point, &row, o->code ? NULL : &o->record,
                     err);
}

/* "\r 12/80 runs  3 s left" at most ten times a second. */
static void show_progress(const struct shop *shop, double start, double *shown)
{
    double now = now_s(), elapsed = now - start;
    bool last = shop->written == shop->count;
    if (!shop->runner->progress || (!last && now - *shown < 0.1))
        return;
    *shown = now;
    double left = elapsed / (double)shop->written * (double)(shop->count - shop->written);
    if (last)
        fprintf(stderr, "\r\033[K");
    else
        fprintf(stderr, "\r\033[K%zu/%zu runs, %.0f s left", shop->written, shop->count, left);
}

/* The writer: outcomes in plan order, each as soon as it and all before it are there. */
static int write_all(struct shop *shop, struct runner_result *result, struct error *err)
{
    int code = 0;
    double start = now_s(), shown = start;
    while (shop->written < shop->count && code == 0) {
        struct outcome *o = &shop->ring[shop->written % shop->room];
        pthread_mutex_lock(&shop->lock);
        while (!o->ready)
            pthread_cond_wait(&shop->finished, &shop->lock);
        pthread_mutex_unlock(&shop->lock);
        code = write_outcome(shop->runner, shop->todo[shop->written], o, result, err);
        run_record_close(&o->record);
        pthread_mutex_lock(&shop->lock);
        o->ready = false;
        shop->written++;
        shop->stop = code != 0;
        pthread_cond_broadcast(&shop->space);
        pthread_mutex_unlock(&shop->lock);
        show_progress(shop, start, &shown);
    }
    return code;
}

static int run_shop(struct shop *shop, struct runner_result *result, struct error *err)
{
    int jobs = shop->runner->jobs;
    pthread_t *threads = mem_alloc((size_t)jobs * sizeof *threads);
    int started = 0, code = 0;
    shop->room = (size_t)jobs * RUNNER_AHEAD;
    shop->ring = mem_alloc(shop->room * sizeof *shop->ring);
    pthread_mutex_init(&shop->lock, NULL);
    pthread_cond_init(&shop->finished, NULL);
    pthread_cond_init(&shop->space, NULL);
    while (started < jobs && pthread_create(&threads[started], NULL, work, shop) == 0)
        started++;
    code = started ? write_all(shop, result, err)
                   : error_set(err, ERR_IO, "cannot start a worker thread");
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < shop->room; i++) /* finished but not written, after a failure */
        if (shop->ring[i].ready)
            run_record_close(&shop->ring[i].record);
    pthread_mutex_destroy(&shop->lock);
    pthread_cond_destroy(&shop->finished);
    pthread_cond_destroy(&shop->space);
    free(shop->ring);
    free(threads);
    return code;
}

int runner_run(const struct runner *r, struct runner_result *result, struct error *err)
{
    const struct plan *plan = r->plan;
    size_t runs = plan->count * (size_t)plan->replications;
    size_t *todo = mem_alloc(runs * sizeof *todo);
    struct shop shop = { .runner = r, .todo = todo };
    double start = now_s();
    *result = (struct runner_result){ 0 };
    int code = store_prune(r->store, r->experiment, plan, err);
    for (size_t i = 0; i < runs && code == 0; i++) {
        const struct plan_point *point = point_of(plan, i);
        int64_t replication = replication_of(plan, i);
        uint64_t hash = store_config_hash(plan, point, replication);
        if (!r->force &&
            store_has(r->store, r->experiment, "sim", point->number, replication, hash))
            result->skipped++;
        else
            todo[shop.count++] = i;
    }
    if (code == 0 && shop.count > 0)
        code = run_shop(&shop, result, err);
    result->wall_s = now_s() - start;
    free(todo);
    return code;
}
