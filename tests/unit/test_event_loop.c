/* Order and times of callbacks in each kind of loop, computed by hand.
 *
 * A job J (100 us) arrives at 0; two publishes arrive at 10 and 20 us, while the loop is busy.
 * A publish (100 us) makes three connections ready; each needs two passes, A and B, of 10 us; on
 * uvloop a held write W of 5 us ends it. A poll costs 20 us and 3 us for each ready descriptor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/event_loop.h"

#define US 1000

enum { JOB, PUBLISH, A, B, WRITE };

struct line {
    char step;      /* J, P, A, B or W */
    int publish;    /* 0 or 1 */
    int connection; /* 0..2 */
    int64_t at_us;  /* the callback's end */
};

struct loop_log {
    struct event_loop loop;
    bool held; /* B leaves the write to the end of the iteration */
    struct line lines[32];
    size_t count;
};

static int64_t begin(void *owner, struct loop_entry *e)
{
    static const int64_t cost_us[] = { 100, 100, 10, 10, 5 };
    (void)owner;
    return cost_us[e->step] * US;
}

static void ran(void *owner, const struct loop_entry *e, const struct loop_stretch *stretch)
{
    struct loop_log *log = owner;
    struct loop_entry copy = *e;
    int64_t unit = begin(owner, &copy), at;
    uint32_t first, n = loop_stretch_ends(stretch, unit, unit, &first, &at);
    for (uint32_t k = 0; k < n; k++)
        log->lines[log->count++] =
            (struct line){ "JPABW"[e->step], (int)e -> from, (int)(e->first + first + k),
                           (at + k * unit) / US };
}

static void end(void *owner, const struct loop_entry *e)
{
    struct loop_log *log = owner;
    struct loop_entry next = { e->first, e->count, e->from, 0, e->step + 1 };
    if (e->step == PUBLISH)
        next.count = 3;
    if (e->step == PUBLISH || e->step == A)
        event_loop_ready(&log->loop, &next);
    else if (e->step == B && log->held)
        event_loop_flush(&log->loop, &next);
}

static void arrive(void *subject, void *object)
{
    struct loop_log *log = subject;
    event_loop_post(&log->loop, SOURCE_IO, object);
}

static void run_loop(struct loop_log *log, const struct loop_ops *ops, bool held, bool plain)
{
    static const struct loop_handler handler = { .begin = begin, .ran = ran, .end = end };
    struct loop_entry job = { 0, 1, 0, 0, JOB };
    struct loop_entry publish[2] = { { 0, 1, 0, 0, PUBLISH }, { 0, 1, 1, 0, PUBLISH } };
    struct cpu_host_params host = { .cpus = 1, .tick_ns = 4000000, .slice_ns = 5000000 };
    struct cpu_group_params group = { .period_ns = 100000000, .weight = 1024 };
    struct event_loop_params params = { .ops = ops,
                                        .handler = &handler,
                                        .owner = log,
                                        .iteration_ns = 20 * US,
                                        .ready_fd_ns = 3 * US,
                                        .accept_batch = 1,
                                        .single = plain };
    struct simulation sim;
    simulation_init(&sim);
    struct cpu_host *cpus = cpu_host_new(&sim, &host, NULL);
    memset(log, 0, sizeof *log);
    log->held = held;
    event_loop_init(&log->loop, &sim, cpu_group_new(cpus, &group), 0, &params);
    simulation_at(&sim, 0, 0, arrive, log, &job);
    simulation_at(&sim, 10 * US, 0, arrive, log, &publish[0]);
    simulation_at(&sim, 20 * US, 0, arrive, log, &publish[1]);
    simulation_run_until(&sim, 1000 * US);
    event_loop_close(&log->loop);
    cpu_host_free(cpus);
    simulation_close(&sim);
}

static void check(const struct loop_ops *ops, bool held, const struct line *expect, size_t n)
{
    for (int plain = 0; plain < 2; plain++) {
        struct loop_log log;
        run_loop(&log, ops, held, plain);
        assert_int_equal(log.count, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(log.lines[i].step, expect[i].step);
            assert_int_equal(log.lines[i].publish, expect[i].publish);
            assert_int_equal(log.lines[i].connection, expect[i].connection);
            assert_int_equal(log.lines[i].at_us, expect[i].at_us);
        }
    }
}

#define CHECK(ops, held, table) check(ops, held, table, sizeof(table) / sizeof *(table))

/* poll 23 J 123 | poll 26 P P 349 | poll 20 A A 429 | poll 20 B B 509 */
static void asyncio_polls_between_passes(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'P', 0, 0, 249 }, { 'P', 1, 0, 349 }, { 'A', 0, 0, 379 },
        { 'A', 0, 1, 389 }, { 'A', 0, 2, 399 }, { 'A', 1, 0, 409 }, { 'A', 1, 1, 419 },
        { 'A', 1, 2, 429 }, { 'B', 0, 0, 459 }, { 'B', 0, 1, 469 }, { 'B', 0, 2, 479 },
        { 'B', 1, 0, 489 }, { 'B', 1, 1, 499 }, { 'B', 1, 2, 509 },
    };
    (void)state;
    CHECK(&loop_asyncio, false, table);
}

/* the same, then all writes: W W 539 */
static void uvloop_writes_at_the_end_of_the_iteration(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'P', 0, 0, 249 }, { 'P', 1, 0, 349 }, { 'A', 0, 0, 379 },
        { 'A', 0, 1, 389 }, { 'A', 0, 2, 399 }, { 'A', 1, 0, 409 }, { 'A', 1, 1, 419 },
        { 'A', 1, 2, 429 }, { 'B', 0, 0, 459 }, { 'B', 0, 1, 469 }, { 'B', 0, 2, 479 },
        { 'B', 1, 0, 489 }, { 'B', 1, 1, 499 }, { 'B', 1, 2, 509 }, { 'W', 0, 0, 514 },
        { 'W', 0, 1, 519 }, { 'W', 0, 2, 524 }, { 'W', 1, 0, 529 }, { 'W', 1, 1, 534 },
        { 'W', 1, 2, 539 },
    };
    (void)state;
    CHECK(&loop_asyncio, true, table);
}

/* poll 23 J 123 | poll 26 P P 349, check: A A 409 | poll 20, check: B B 489 */
static void node_runs_immediates_in_its_check_phase(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'P', 0, 0, 249 }, { 'P', 1, 0, 349 }, { 'A', 0, 0, 359 },
        { 'A', 0, 1, 369 }, { 'A', 0, 2, 379 }, { 'A', 1, 0, 389 }, { 'A', 1, 1, 399 },
        { 'A', 1, 2, 409 }, { 'B', 0, 0, 439 }, { 'B', 0, 1, 449 }, { 'B', 0, 2, 459 },
        { 'B', 1, 0, 469 }, { 'B', 1, 1, 479 }, { 'B', 1, 2, 489 },
    };
    (void)state;
    CHECK(&loop_node, false, table);
}

/* poll 23 J 123 | poll 26 P P 349, posted: A A 409, posted by them: B B 469 */
static void nginx_empties_its_posted_events(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'P', 0, 0, 249 }, { 'P', 1, 0, 349 }, { 'A', 0, 0, 359 },
        { 'A', 0, 1, 369 }, { 'A', 0, 2, 379 }, { 'A', 1, 0, 389 }, { 'A', 1, 1, 399 },
        { 'A', 1, 2, 409 }, { 'B', 0, 0, 419 }, { 'B', 0, 1, 429 }, { 'B', 0, 2, 439 },
        { 'B', 1, 0, 449 }, { 'B', 1, 1, 459 }, { 'B', 1, 2, 469 },
    };
    (void)state;
    CHECK(&loop_nginx, false, table);
}

/* lock 23 J 123 | lock 23 P 246 A 276 B 306 | lock 23 P 429 A 459 B 489 */
static void a_thread_does_one_job_after_the_other(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'P', 0, 0, 246 }, { 'A', 0, 0, 256 }, { 'A', 0, 1, 266 },
        { 'A', 0, 2, 276 }, { 'B', 0, 0, 286 }, { 'B', 0, 1, 296 }, { 'B', 0, 2, 306 },
        { 'P', 1, 0, 429 }, { 'A', 1, 0, 439 }, { 'A', 1, 1, 449 }, { 'A', 1, 2, 459 },
        { 'B', 1, 0, 469 }, { 'B', 1, 1, 479 }, { 'B', 1, 2, 489 },
    };
    (void)state;
    CHECK(&loop_threads, false, table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asyncio_polls_between_passes),
        cmocka_unit_test(uvloop_writes_at_the_end_of_the_iteration),
        cmocka_unit_test(node_runs_immediates_in_its_check_phase),
        cmocka_unit_test(nginx_empties_its_posted_events),
        cmocka_unit_test(a_thread_does_one_job_after_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
