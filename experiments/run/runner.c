#include "experiments/run/runner.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/monotonic.h"

struct outcome {
    struct run_record record;
    struct error reason; /* when code != 0 */
    int code;
    double wall_s;
    bool ready;
};

/* What is still to run, and the ring of outcomes that are not stored yet. */
struct shop {
    const struct runner *runner;
    const size_t *todo; /* indices of runs, in plan order */
    size_t count;
    struct outcome *ring; /* outcome of todo[i] at i % room */
    size_t room;
    size_t taken;      /* runs begun */
    size_t written;    /* runs stored, or failed to be */
    bool writing;      /* a worker is storing outcome `written` */
    int code;          /* of the store; != 0 ends everything */
    atomic_bool ended; /* a signal has come: nobody begins anything more */
    struct error *err;
    struct runner_result *result;
    double begun_s, shown_s; /* for the progress */
    pthread_mutex_t lock;
    pthread_cond_t space; /* `written` or `code` has changed */
};

void runner_keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD,
            8 << 20); /* larger blocks come straight from the kernel, and go */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
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
    const struct plan_point *point = point_of(r->plan, run);
    struct settings own;
    const struct parameters *p = &own.parameters;
    uint64_t seed = (uint64_t)r->plan->seed;
    uint32_t replication = (uint32_t)replication_of(r->plan, run);
    struct schedule built = { 0 };
    double start = monotonic_s();
    plan_settings(r->plan, point, replication, &own);
    run_record_init(&out->record);
    if (!r->trace)
        schedule_build(&built, p, seed, replication);
    out->code = r->model(p, r->trace ? r->trace : &built, seed, replication, &out->record,
                         &out->reason);
    if (!r->trace)
        schedule_close(&built);
    out->wall_s = monotonic_s() - start;
}

static int write_outcome(const struct runner *r, size_t run, const struct outcome *o,
                         struct runner_result *result, struct error *err)
{
    const struct plan_point *point = point_of(r->plan, run);
    struct store_run row = {
        .arm = ARM_SIM,
        .replication = replication_of(r->plan, run),
        .status = o->code ? RUN_FAILED : RUN_DONE,
        .reason = o->code ? o->reason.text : "",
        .config_hash = store_config_hash(r->plan, point, replication_of(r->plan, run)),
        .wall_s = o->wall_s,
    };
    *(o->code ? &result->failed : &result->done) += 1;
    return store_put(r->store, r->experiment, r->plan, point, &row, o->code ? NULL : &o->record,
                     err);
}

/* "\r 12/80 runs  3 s left" at most ten times a second. */
static void show_progress(struct shop *shop)
{
    double now = monotonic_s(), elapsed = now - shop->begun_s;
    bool last = shop->written == shop->count;
    if (!shop->runner->progress || (!last && now - shop->shown_s < 0.1))
        return;
    shop->shown_s = now;
    double left = elapsed / (double)shop->written * (double)(shop->count - shop->written);
    if (last)
        fprintf(stderr, "\r\033[K");
    else
        fprintf(stderr, "\r\033[K%zu/%zu runs, %.0f s left", shop->written, shop->count, left);
}

/* The next outcome in plan order can be stored, and nobody does. */
static bool can_write(const struct shop *shop)
{
    return !shop->writing && shop->written < shop->count &&
           shop->ring[shop->written % shop->room].ready;
}

/* Called, and returns, with the lock held. */
static void write_next(struct shop *shop)
{
    struct outcome *o = &shop->ring[shop->written % shop->room];
    shop->writing = true;
    pthread_mutex_unlock(&shop->lock);
    int code =
        write_outcome(shop->runner, shop->todo[shop->written], o, shop->result, shop->err);
    run_record_close(&o->record);
    pthread_mutex_lock(&shop->lock);
    o->ready = false;
    shop->written++;
    shop->writing = false;
    shop->code = code;
    show_progress(shop);
    pthread_cond_broadcast(&shop->space);
}

/* The same. */
static void run_next(struct shop *shop)
{
    size_t mine = shop->taken++;
    struct outcome *out = &shop->ring[mine % shop->room];
    pthread_mutex_unlock(&shop->lock);
    make_run(shop->runner, shop->todo[mine], out);
    pthread_mutex_lock(&shop->lock);
    out->ready = true;
}

/* A worker stores what is due, else makes a run. With no run left it may go: whoever makes or
 * stores one now looks for what to store after it. */
static void *work(void *argument)
{
    struct shop *shop = argument;
    pthread_mutex_lock(&shop->lock);
    while (shop->code == 0 && !atomic_load(&shop->ended)) {
        if (can_write(shop))
            write_next(shop);
        else if (shop->taken == shop->count)
            break;
        else if (shop->taken - shop->written < shop->room)
            run_next(shop);
        else
            pthread_cond_wait(&shop->space, &shop->lock);
    }
    pthread_mutex_unlock(&shop->lock);
    return NULL;
}

/* What is finished, also behind a run that is not: the next time it is made alone. With the lock
 * held. */
static int write_finished(struct shop *shop)
{
    int code = shop->code;
    while (shop->writing) {
        pthread_cond_wait(&shop->space, &shop->lock);
        code = shop->code;
    }
    for (size_t i = shop->written; i < shop->taken && code == 0; i++)
        if (shop->ring[i % shop->room].ready)
            code = write_outcome(shop->runner, shop->todo[i], &shop->ring[i % shop->room],
                                 shop->result, shop->err);
    return code;
}

/* Waits for a signal; cancelled where none has come. The lock is kept, so nobody stores anything
 * more. A cancelled thread never returns from here, so that AddressSanitizer would keep the red
 * zones around the locals and then trip over them itself, as it takes away the thread's signal
 * stack on the same stack (github.com/google/sanitizers, issue 1399). Hence none are laid around
 * these two. */
__attribute__((no_sanitize("address"))) static void *watch(void *argument)
{
    struct shop *shop = argument;
    int number, before;
    if (sigwait(shop->runner->signals, &number))
        return NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    /* else those who take the lock again and again starve us */
    atomic_store(&shop->ended, true);
    pthread_mutex_lock(&shop->lock);
    write_finished(shop);
    if (shop->runner->progress)
        fprintf(stderr, "\r\033[K");
    shop->runner->interrupted(shop->runner->context, number, shop->result);
    abort(); /* it must not return */
}

static int run_shop(struct shop *shop)
{
    pthread_t watcher;
    size_t jobs =
        (size_t)shop->runner->jobs < shop->count ? (size_t)shop->runner->jobs : shop->count;
    int others = (int)jobs - 1, started = 0; /* no thread without a run */
    pthread_t *threads = mem_alloc((size_t)(others + 1) * sizeof *threads);
    shop->room = (size_t)shop->runner->jobs * RUNNER_AHEAD;
    shop->ring = mem_alloc(shop->room * sizeof *shop->ring);
    shop->begun_s = shop->shown_s = monotonic_s();
    pthread_mutex_init(&shop->lock, NULL);
    pthread_cond_init(&shop->space, NULL);
    bool watched = shop->runner->signals && pthread_create(&watcher, NULL, watch, shop) == 0;
    while (started < others && pthread_create(&threads[started], NULL, work, shop) == 0)
        started++;
    work(shop);
    for (int i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (watched) {
        pthread_cancel(watcher);
        pthread_join(watcher, NULL);
    }
    for (size_t i = 0; i < shop->room; i++) /* finished but not stored, after a failure */
        if (shop->ring[i].ready)
            run_record_close(&shop->ring[i].record);
    pthread_mutex_destroy(&shop->lock);
    pthread_cond_destroy(&shop->space);
    free(shop->ring);
    free(threads);
    return shop->code;
}

int runner_run(const struct runner *r, struct runner_result *result, struct error *err)
{
    const struct plan *plan = r->plan;
    size_t runs = plan->count * (size_t)plan->replications;
    size_t *todo = mem_alloc(runs * sizeof *todo);
    struct shop shop = { .runner = r, .todo = todo, .err = err, .result = result };
    double start = monotonic_s();
    int64_t replaced = store_replaced(r->store);
    *result = (struct runner_result){ 0 };
    int code = store_prune(r->store, r->experiment, plan, err);
    code = code ? code : store_plan(r->store, r->experiment, ARM_SIM, (int64_t)runs, err);
    for (size_t i = 0; i < runs && code == 0; i++) {
        const struct plan_point *point = point_of(plan, i);
        int64_t replication = replication_of(plan, i);
        uint64_t hash = store_config_hash(plan, point, replication);
        if (!shard_has(&r->shard, point->number, replication))
            continue;
        if (!r->force &&
            store_has(r->store, r->experiment, ARM_SIM, point->number, replication, hash))
            result->skipped++;
        else
            todo[shop.count++] = i;
    }
    if (code == 0 && shop.count > 0)
        code = run_shop(&shop);
    result->replaced = store_replaced(r->store) - replaced;
    result->wall_s = monotonic_s() - start;
    free(todo);
    return code;
}
