/* A push server without limits is a queue with batch arrivals: each publish brings one delivery for
 * every subscriber. Publishes are Poisson with rate L, a delivery costs c F, where F is the factor
 * of its publish (mean 1, sd / mean = v), so a batch of n takes n c F. M^[X]/G/1, first come first
 * served (M. L. Chaudhry, J. G. C. Templeton, A First Course in Bulk Queues, 1983, 3.3: a batch is
 * one customer of an M/G/1 queue, then its members wait for each other):
 *
 *   wait of a batch         W = L (n c)^2 (1 + v^2) / (2 (1 - rho)),  rho = L n c
 *   latency of position k   W + k c,  k = 1 .. n
 *   mean over the members   W + (n + 1) c / 2
 *
 * The loop's own costs are zero. Intervals are Student's over independent replications of fixed
 * seeds, so the test is not a matter of luck. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define REPLICATIONS 24
#define BATCHES      4000
#define COST_NS      1e5
#define S            1e9

enum figure { MEAN, FIRST, LAST, FIGURES };

struct batch_case {
    const char *server;
    enum loop_kind loop;
    int64_t hops; /* 0: the publish itself writes */
    enum push_protocol protocol;
    bool
        together; /* one wake-up takes what several publishes have queued: then batches that wait
                      are served member by member, which leaves the mean alone and no other */
};

static const struct batch_case cases[] = {
    { "node", LOOP_NODE, 0, PROTOCOL_WEBSOCKET, false },
    { "nginx", LOOP_NGINX, 0, PROTOCOL_SSE, false },
    { "asyncio, one wake-up", LOOP_ASYNCIO, 1, PROTOCOL_SSE, true },
};

static struct parameters server_of(const struct batch_case *c, uint32_t n, double rho,
                                   double cv)
{
    struct parameters p = push_case_plain();
    double seconds = BATCHES * n * COST_NS / rho / S;
    p.clients = n;
    p.server.loop = c->loop;
    p.server.hops = c->hops;
    p.server.protocol = c->protocol;
    p.server.queue_policy = POLICY_NONE;
    p.network.publish_ns = p.network.delivery_ns = 0;
    p.cost = (struct cost_params){ .noise_cv = cv };
    p.cost.by_protocol[c->protocol].item_ns = 0.3 * COST_NS;
    p.cost.by_protocol[c->protocol].write_ns = 0.7 * COST_NS;
    p.workload.arrivals = ARRIVAL_POISSON;
    p.workload.drain_ns = (int64_t)(100 * S);
    p.workload.phases = 2;
    p.workload.phase[0] = (struct phase_params){
        "warm-up", (int64_t)(seconds / 20 * S), BATCHES / seconds, false, 0, 0, 0
    };
    p.workload.phase[1] =
        (struct phase_params){ "steady", (int64_t)(seconds * S), BATCHES / seconds, true, 0, 0,
                               0 };
    return p;
}

/* In a batch the k-th delivery comes k c after the wait: slope and mean give the ends. */
static void replicate(const struct parameters *p, uint32_t replication, double figure[FIGURES])
{
    struct schedule s;
    struct run_record r;
    schedule_build(&s, p, 11, replication);
    run_record_init(&r);
    push_run(p, &s, 11, replication, &r);
    double slope = run_record_value(&r, "delivery.slope") * S;
    double to_middle = isnan(slope) ? 0 : slope * (double)(p->clients - 1) / 2;
    figure[MEAN] = run_record_value(&r, "delivery.mean") * S;
    figure[FIRST] = figure[MEAN] - to_middle;
    figure[LAST] = figure[MEAN] + to_middle;
    assert_true(run_record_value(&r, "in_flight") == 0);
    run_record_close(&r);
    schedule_close(&s);
}

/* Is the expected value in the 99.9 % interval, and is that narrow enough to tell? */
static void check(const char *what, const double *value, double expect)
{
    double mean = 0, squares = 0;
    for (int i = 0; i < REPLICATIONS; i++)
        mean += value[i] / REPLICATIONS;
    for (int i = 0; i < REPLICATIONS; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    double t = gsl_cdf_tdist_Pinv(0.9995, REPLICATIONS - 1);
    double half = t * sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS);
    if (!(fabs(mean - expect) <= half && half <= 0.15 * expect))
        fail_msg("%s: mean %g +- %g ns, formula %g", what, mean, half, expect);
}

static void check_batches(const struct batch_case *c, uint32_t n, double rho, double cv)
{
    static const char *const names[FIGURES] = { "mean", "first", "last" };
    struct parameters p = server_of(c, n, rho, cv);
    double value[FIGURES][REPLICATIONS], batch_ns = n * COST_NS;
    double wait = rho * batch_ns * (1 + cv * cv) / (2 * (1 - rho));
    double expect[FIGURES] = { wait + (n + 1) * COST_NS / 2, wait + COST_NS, wait + batch_ns };
    for (uint32_t i = 0; i < REPLICATIONS; i++) {
        double figure[FIGURES];
        replicate(&p, i + 1, figure);
        for (int f = 0; f < FIGURES; f++)
            value[f][i] = figure[f];
    }
    for (int f = 0; f < (c->together ? FIRST : FIGURES); f++) {
        char what[96];
        snprintf(what, sizeof what, "%s, batches of %u, load %g, cv %g, %s", c->server, n, rho,
                 cv, names[f]);
        check(what, value[f], expect[f]);
    }
}

static void fan_out_is_a_batch_queue(void **state)
{
    static const uint32_t sizes[] = { 1, 10, 200 };
    static const double loads[] = { 0.3, 0.75 }, cvs[] = { 0, 0.7 };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t n = 0; n < 3; n++)
            for (size_t l = 0; l < 2; l++)
                for (size_t v = 0; v < 2; v++)
                    check_batches(&cases[c], sizes[n], loads[l], cvs[v]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fan_out_is_a_batch_queue) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
