/* Jobs through an event loop without a quota against the closed forms of the single queue:
 * M/D/1 and M/G/1 (Pollaczek-Khinchine), W = S + lambda E[S^2] / (2 (1 - rho)). The loop's own
 * costs are zero, so each loop is a FIFO server. Confidence interval from batch means; the seed
 * is fixed, so the test is not a matter of luck.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "models/event_loop.h"
#include "sim/error.h"

#define JOBS    200000
#define BATCHES 40
#define MEAN_NS 1e6

struct queue {
    struct simulation sim;
    struct event_loop loop;
    struct random_stream arrivals, services;
    double rho, cv; /* load; coefficient of variation of the service time, < 0: constant */
    uint32_t arrived;
    int64_t *arrived_ns;   /* by job; owned */
    double batch[BATCHES]; /* summed sojourn times */
};

static int64_t begin(void *owner, struct loop_entry *e)
{
    struct queue *q = owner;
    (void)e;
    double ns = q->cv < 0 ? MEAN_NS : random_stream_lognormal(&q->services, MEAN_NS, q->cv);
    return llround(ns) + 1;
}

static void ran(void *owner, const struct loop_entry *e, const struct loop_stretch *stretch)
{
    (void)owner, (void)e, (void)stretch;
}

static void end(void *owner, const struct loop_entry *e)
{
    struct queue *q = owner;
    q->batch[e->from / (JOBS / BATCHES)] += (double)(q->sim.now_ns - q->arrived_ns[e->from]);
}

static void arrive(void *subject, void *object)
{
    struct queue *q = subject;
    struct loop_entry job = { 0, 1, q->arrived, 0, 0 };
    (void)object;
    q->arrived_ns[q->arrived++] = q->sim.now_ns;
    event_loop_post(&q->loop, SOURCE_IO, &job);
    double gap = random_stream_exponential(&q->arrivals, MEAN_NS / q->rho);
    if (q->arrived < JOBS)
        simulation_at(&q->sim, q->sim.now_ns + llround(gap), 0, arrive, q, NULL);
}

/* Mean sojourn time and half the width of its 99 % interval, ns. */
static double sojourn(const struct loop_ops *ops, double rho, double cv, double *half)
{
    static const struct loop_handler handler = { .begin = begin, .ran = ran, .end = end };
    struct cpu_host_params host = { .cpus = 1, .tick_ns = 4000000, .slice_ns = 5000000 };
    struct cpu_group_params group = { .period_ns = 100000000, .weight = 1024 };
    struct queue q = { .rho = rho, .cv = cv };
    struct event_loop_params params = {
        .ops = ops, .handler = &handler, .owner = &q, .accept_batch = 1
    };
    random_stream_init(&q.arrivals, 5, 0, 1, 0);
    random_stream_init(&q.services, 5, 0, 2, 0);
    q.arrived_ns = mem_alloc(JOBS * sizeof *q.arrived_ns);
    simulation_init(&q.sim);
    struct cpu_host *cpus = cpu_host_new(&q.sim, &host, NULL);
    event_loop_init(&q.loop, &q.sim, cpu_group_new(cpus, &group), 0, &params);
    simulation_at(&q.sim, 0, 0, arrive, &q, NULL);
    simulation_run_until(&q.sim, (int64_t)(2 * JOBS * MEAN_NS / rho));
    event_loop_close(&q.loop);
    cpu_host_free(cpus);
    simulation_close(&q.sim);
    free(q.arrived_ns);
    double sum = 0, squares = 0, per_batch = (double)JOBS / BATCHES;
    for (int i = 0; i < BATCHES; i++) {
        sum += q.batch[i] / per_batch;
        squares += q.batch[i] / per_batch * (q.batch[i] / per_batch);
    }
    double mean = sum / BATCHES;
    double variance = (squares - BATCHES * mean * mean) / (BATCHES - 1);
    *half = 2.708 * sqrt(variance / BATCHES); /* Student's t, 39 degrees of freedom, 99 % */
    return mean;
}

static void check(double rho, double cv)
{
    static const struct loop_ops *const loops[] = { &loop_asyncio, &loop_node, &loop_nginx,
                                                    &loop_threads };
    double squares = MEAN_NS * MEAN_NS * (1 + (cv < 0 ? 0 : cv * cv));
    double expect = MEAN_NS + rho / MEAN_NS * squares / (2 * (1 - rho));
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++) {
        double half, mean = sojourn(loops[i], rho, cv, &half);
        if (!(fabs(mean - expect) <= half && half <= 0.15 * expect))
            fail_msg("%s, load %g, cv %g: mean %g +- %g ns, formula %g", loops[i]->name, rho,
                     cv, mean, half, expect);
    }
}

static void md1(void **state)
{
    (void)state;
    check(0.5, -1);
    check(0.8, -1);
}

static void mg1(void **state)
{
    (void)state;
    check(0.5, 1);
    check(0.7, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(md1), cmocka_unit_test(mg1) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
