/* bench_engine.c - the bare engine: a queue with one server, the hold model, timers that are mostly
 * re-armed. ns of CPU time for each customer, hold (take one event, schedule one) and re-arm. */
#include <stdlib.h>

#include "sim/error.h"
#include "sim/random_stream.h"
#include "sim/simulation.h"
#include "tests/bench/bench.h"
#include "tests/support/heap_queue.h"
#include "tests/support/mm1_queue.h"

/* ---- mm1.customer: two events a customer, two exponential draws, one recorded sojourn ---- */

static double mm1(void *context)
{
    struct mm1_params params = {
        .arrival_ns = 1e9 / 0.9, .service_ns = 1e9, .customers = 1000000, .seed = 1
    };
    struct mm1_queue m;
    (void)context;
    int64_t start = bench_cpu_ns();
    mm1_queue_init(&m, &params);
    mm1_queue_run(&m);
    double each = (double)(bench_cpu_ns() - start) / (double)m.sojourn.count;
    mm1_queue_close(&m);
    return each;
}

/* ---- hold: N pending; each event schedules one more, an exponential time ahead ---- */

enum { DELAYS = 1 << 14, HOLDS = 2000000 };

struct hold {
    struct simulation sim;
    uint32_t pending;        /* events at all times */
    uint32_t next_delay;     /* index */
    uint32_t delays[DELAYS]; /* drawn before the clock starts, ns */
};

static uint32_t next_delay(struct hold *h)
{
    return h->delays[h->next_delay++ % DELAYS];
}

static void hold_event(void *subject, void *object)
{
    struct hold *h = subject;
    simulation_at(&h->sim, h->sim.now_ns + next_delay(h), 0, hold_event, h, object);
}

static struct hold *new_hold(uint32_t pending)
{
    struct hold *h = mem_alloc(sizeof *h);
    struct random_stream rs;
    h->pending = pending;
    random_stream_init(&rs, 1, 0, 0, 0);
    for (int i = 0; i < DELAYS; i++)
        h->delays[i] = (uint32_t)random_stream_exponential(&rs, 1e8);
    return h;
}

static double hold(void *context)
{
    struct hold *h = new_hold(*(uint32_t *)context);
    simulation_init(&h->sim);
    for (uint32_t i = 0; i < h->pending; i++)
        hold_event(h, NULL);
    for (uint32_t i = 0; i < 3 * h->pending; i++) /* past the start-up */
        simulation_step(&h->sim);
    int64_t start = bench_cpu_ns();
    for (int i = 0; i < HOLDS; i++)
        simulation_step(&h->sim);
    double each = (double)(bench_cpu_ns() - start) / HOLDS;
    simulation_close(&h->sim);
    free(h);
    return each;
}

/* The same on the oracle, without dispatch. */
static double hold_on_heap(void *context)
{
    struct hold *h = new_hold(*(uint32_t *)context);
    struct heap_queue q;
    struct heap_event event;
    heap_queue_init(&q);
    for (uint32_t i = 0; i < h->pending; i++)
        heap_queue_push(&q, next_delay(h), 0, hold_event, h, NULL);
    int64_t start = bench_cpu_ns();
    for (int i = 0; i < HOLDS; i++) {
        heap_queue_pop(&q, INT64_MAX, &event);
        heap_queue_push(&q, event.at_ns + next_delay(h), 0, hold_event, h, NULL);
    }
    double each = (double)(bench_cpu_ns() - start) / HOLDS;
    heap_queue_close(&q);
    free(h);
    return each;
}

/* ---- churn: 100,000 time-outs, each re-armed about ten times before it would fire ---- */

enum { TIMERS = 100000, BATCH = 64, REARMS = 20 * TIMERS };

struct churn {
    struct simulation sim;
    uint64_t timers[TIMERS]; /* handles */
    int64_t timeout_ns;      /* of a time-out */
    int64_t varies_ns; /* and up to this much less, at random: some move to an earlier time */
    uint64_t random;   /* state of a cheap generator: which timer, how much less */
    uint64_t rearmed;  /* so far */
};

static uint32_t cheap_random(struct churn *c)
{
    c->random = c->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(c->random >> 32);
}

static int64_t deadline(struct churn *c)
{
    int64_t less = c->varies_ns ? (int64_t)cheap_random(c) * (c->varies_ns >> 32) : 0;
    return c->sim.now_ns + c->timeout_ns - less;
}

static void fire(void *subject, void *object)
{
    struct churn *c = subject;
    uint64_t *timer = object;
    *timer = simulation_at(&c->sim, deadline(c), 0, fire, c, timer);
}

/* Activity on some connections: each re-arms its time-out. */
static void activity(void *subject, void *object)
{
    struct churn *c = subject;
    for (int i = 0; i < BATCH; i++) {
        uint32_t timer = (uint32_t)((uint64_t)cheap_random(c) * TIMERS >> 32);
        simulation_reschedule(&c->sim, c->timers[timer], deadline(c));
    }
    c->rearmed += BATCH;
    int64_t gap = c->timeout_ns / (10 * TIMERS / BATCH);
    simulation_at(&c->sim, c->sim.now_ns + gap, 0, activity, c, object);
}

static double churn(void *context)
{
    struct churn *c = mem_alloc(sizeof *c);
    c->timeout_ns = 30000000000;
    c->varies_ns = *(int64_t *)context;
    simulation_init(&c->sim);
    for (int i = 0; i < TIMERS; i++)
        fire(c, &c->timers[i]);
    activity(c, NULL);
    simulation_run_until(&c->sim, c->timeout_ns * 2); /* past the start-up */
    int64_t start = bench_cpu_ns();
    c->rearmed = 0;
    while (c->rearmed < REARMS)
        simulation_step(&c->sim);
    double each = (double)(bench_cpu_ns() - start) / (double)c->rearmed;
    simulation_close(&c->sim);
    free(c);
    return each;
}

int main(void)
{
    uint32_t small = 1000, middle = 100000, large = 1000000;
    int64_t fixed = 0, varied = 15000000000;
    bench_report("mm1.customer", "ns", BENCH_RUNS, mm1, NULL);
    bench_report("hold.1e3", "ns", BENCH_RUNS, hold, &small);
    bench_report("hold.1e5", "ns", BENCH_RUNS, hold, &middle);
    bench_report("hold.1e6", "ns", BENCH_RUNS, hold, &large);
    bench_report("hold.1e5.heap", "ns", BENCH_RUNS, hold_on_heap, &middle);
    bench_report("churn.1e5", "ns", BENCH_RUNS, churn, &fixed);
    bench_report("churn.1e5.varied", "ns", BENCH_RUNS, churn, &varied);
    return 0;
}
