/* Order and times of callbacks in each kind of loop, computed by hand.
 *
 * A job J (100 us) arrives at 0; two publishes arrive at 30 and 40 us, while the loop is busy. A
 * publish (100 us) makes three connections ready; each needs two passes, A and B, of 10 us; on
 * uvloop a held write W of 5 us ends it. A poll costs 20 us and 3 us for each ready descriptor.
 *
 * What comes from each source is looked at in a second case: while J keeps the loop busy, three
 * connections C, a due timer T, a handle to close X and two requests I come, in this order, of 10
 * us each; a request goes on in a microtask M of 5 us. One poll accepts two connections.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/event_loop.h"

#define US 1000

enum { JOB, PUBLISH, A, B, WRITE, REQUEST, MICROTASK, ACCEPT, TIMER, CLOSE };

#define STEPS "JPABWIMCTX" /* by enum */

struct line {
    char step;      /* a letter of STEPS */
    int publish;    /* or request: 0 or 1 */
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
    static const int64_t cost_us[] = { 100, 100, 10, 10, 5, 10, 5, 10, 10, 10 };
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
            (struct line){ STEPS[e->step], (int)e->from, (int)(e->first + first + k),
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
    else if (e->step == REQUEST)
        event_loop_inside(&log->loop, &next);
}

static void arrive(void *subject, void *object)
{
    static const enum loop_source sources[] = {
        [ACCEPT] = SOURCE_ACCEPT, [TIMER] = SOURCE_TIMER, [CLOSE] = SOURCE_CLOSE
    };
    struct loop_log *log = subject;
    const struct loop_entry *e = object;
    event_loop_post(&log->loop, e->step >= ACCEPT ? sources[e->step] : SOURCE_IO, e);
}

/* The first entry comes at 0, the others from 30 us on, 10 us apart: after the poll that finds the
 * first. */
static void run_loop(struct loop_log *log, const struct loop_ops *ops, bool held, bool plain,
                     struct loop_entry *entries, int n)
{
    static const struct loop_handler handler = { .begin = begin, .ran = ran, .end = end };
    struct cpu_host_params host = { .cpus = 1, .tick_ns = 4000000, .slice_ns = 5000000 };
    struct cpu_group_params group = { .period_ns = 100000000, .weight = 1024 };
    struct event_loop_params params = { .ops = ops,
                                        .handler = &handler,
                                        .owner = log,
                                        .iteration_ns = 20 * US,
                                        .ready_fd_ns = 3 * US,
                                        .accept_batch = 2,
                                        .single = plain };
    struct simulation sim;
    simulation_init(&sim);
    struct cpu_host *cpus = cpu_host_new(&sim, &host, NULL);
    memset(log, 0, sizeof *log);
    log->held = held;
    event_loop_init(&log->loop, &sim, cpu_group_new(cpus, &group), 0, &params);
    for (int k = 0; k < n; k++)
        simulation_at(&sim, k ? (20 + k * 10) * US : 0, 0, arrive, log, &entries[k]);
    simulation_run_until(&sim, 1000 * US);
    event_loop_close(&log->loop);
    cpu_host_free(cpus);
    simulation_close(&sim);
}

static void check(const struct loop_ops *ops, bool held, bool sources,
                  const struct line *expect, size_t n)
{
    struct loop_entry fan_out[] = { { 0, 1, 0, 0, JOB },
                                    { 0, 1, 0, 0, PUBLISH },
                                    { 0, 1, 1, 0, PUBLISH } },
                      mixed[] = { { 0, 1, 0, 0, JOB },     { 0, 1, 0, 0, ACCEPT },
                                  { 1, 1, 0, 0, ACCEPT },  { 2, 1, 0, 0, ACCEPT },
                                  { 0, 1, 0, 0, TIMER },   { 0, 1, 0, 0, CLOSE },
                                  { 0, 1, 0, 0, REQUEST }, { 0, 1, 1, 0, REQUEST } };
    for (int plain = 0; plain < 2; plain++) {
        struct loop_log log;
        run_loop(&log, ops, held, plain, sources ? mixed : fan_out, sources ? 8 : 3);
        assert_int_equal(log.count, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(log.lines[i].step, expect[i].step);
            assert_int_equal(log.lines[i].publish, expect[i].publish);
            assert_int_equal(log.lines[i].connection, expect[i].connection);
            assert_int_equal(log.lines[i].at_us, expect[i].at_us);
        }
    }
}

#define CHECK(ops, held, table) check(ops, held, false, table, sizeof(table) / sizeof *(table))
#define CHECK_SOURCES(ops, table)                                                              \
    check(ops, false, true, table, sizeof(table) / sizeof *(table))

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

/* poll 23 J 123 | poll 29 I M I M C C X T 222 | poll 23 C 255 */
static void asyncio_takes_io_before_timers(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'I', 0, 0, 162 }, { 'M', 0, 0, 167 }, { 'I', 1, 0, 177 },
        { 'M', 1, 0, 182 }, { 'C', 0, 0, 192 }, { 'C', 0, 1, 202 }, { 'X', 0, 0, 212 },
        { 'T', 0, 0, 222 }, { 'C', 0, 2, 255 },
    };
    (void)state;
    CHECK_SOURCES(&loop_asyncio, table);
}

/* poll 23 J 123, close: X 133 | timers: T 143, poll 29 I M I M C C 222 | poll 23 C 255 */
static void node_goes_through_its_phases(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'X', 0, 0, 133 }, { 'T', 0, 0, 143 }, { 'I', 0, 0, 182 },
        { 'M', 0, 0, 187 }, { 'I', 1, 0, 197 }, { 'M', 1, 0, 202 }, { 'C', 0, 0, 212 },
        { 'C', 0, 1, 222 }, { 'C', 0, 2, 255 },
    };
    (void)state;
    CHECK_SOURCES(&loop_node, table);
}

/* poll 23 J 123 | poll 29, accepted: C C, descriptors: I M I M X, timers: T 222 | poll 23 C 255 */
static void nginx_comes_to_its_timers_last(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'C', 0, 0, 162 }, { 'C', 0, 1, 172 }, { 'I', 0, 0, 182 },
        { 'M', 0, 0, 187 }, { 'I', 1, 0, 197 }, { 'M', 1, 0, 202 }, { 'X', 0, 0, 212 },
        { 'T', 0, 0, 222 }, { 'C', 0, 2, 255 },
    };
    (void)state;
    CHECK_SOURCES(&loop_nginx, table);
}

/* lock 23 J 123 | 26 I M 164 | 26 I M 205 | 23 X 238 | 23 T 271 | 23 C 304 | 23 C 337 | 23 C 370 */
static void a_thread_locks_for_each_job(void **state)
{
    static const struct line table[] = {
        { 'J', 0, 0, 123 }, { 'I', 0, 0, 159 }, { 'M', 0, 0, 164 }, { 'I', 1, 0, 200 },
        { 'M', 1, 0, 205 }, { 'X', 0, 0, 238 }, { 'T', 0, 0, 271 }, { 'C', 0, 0, 304 },
        { 'C', 0, 1, 337 }, { 'C', 0, 2, 370 },
    };
    (void)state;
    CHECK_SOURCES(&loop_threads, table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asyncio_polls_between_passes),
        cmocka_unit_test(uvloop_writes_at_the_end_of_the_iteration),
        cmocka_unit_test(node_runs_immediates_in_its_check_phase),
        cmocka_unit_test(nginx_empties_its_posted_events),
        cmocka_unit_test(a_thread_does_one_job_after_the_other),
        cmocka_unit_test(asyncio_takes_io_before_timers),
        cmocka_unit_test(node_goes_through_its_phases),
        cmocka_unit_test(nginx_comes_to_its_timers_last),
        cmocka_unit_test(a_thread_locks_for_each_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
