/* test_mm1.c - M/M/1 and M/D/1 on the bare engine against the closed forms: mean time in the
 * system (Pollaczek and Khinchine), its quantiles (exponential for M/M/1), the mean number that
 * arrivals find (Little; Poisson arrivals see time averages). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "tests/support/mm1_queue.h"

enum { REPLICATIONS = 20, CUSTOMERS = 250000 };

static const double service_ns = 1e6;

struct figures {
    double mean_ns;   /* time in the system */
    double median_ns; /* of it */
    double p95_ns;    /* of it */
    double found;     /* customers present at an arrival, mean */
};

static struct figures run(double load, bool constant, uint64_t seed)
{
    struct mm1_params params = { .arrival_ns = service_ns / load,
                                 .service_ns = service_ns,
                                 .constant = constant,
                                 .customers = CUSTOMERS,
                                 .seed = seed };
    struct mm1_queue m;
    mm1_queue_init(&m, &params);
    mm1_queue_run(&m);
    struct figures f = {
        .mean_ns = histogram_mean(&m.sojourn),
        .median_ns = histogram_quantile(&m.sojourn, 0.5),
        .p95_ns = histogram_quantile(&m.sojourn, 0.95),
        .found = (double)m.found / CUSTOMERS,
    };
    assert_int_equal(m.sojourn.count, CUSTOMERS);
    assert_int_equal(m.sim.executed, 2 * CUSTOMERS);
    mm1_queue_close(&m);
    return f;
}

/* The mean of the replications is within its 99.9 % confidence interval (Student's t, 19 degrees of
 * freedom: 3.88) of the expected value, and that interval is narrow enough to mean something. */
static void check(const char *what, double load, const double *x, double expected)
{
    double mean = 0, squares = 0;
    for (int i = 0; i < REPLICATIONS; i++)
        mean += x[i] / REPLICATIONS;
    for (int i = 0; i < REPLICATIONS; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    double half = 3.88 * sqrt(squares / (REPLICATIONS - 1) / REPLICATIONS);
    if (!(fabs(mean - expected) <= half && half <= 0.05 * expected))
        fail_msg("%s at load %g: %g +- %g, expected %g", what, load, mean, half, expected);
}

static void check_queue(double load, bool constant)
{
    double mean[REPLICATIONS], number[REPLICATIONS], median[REPLICATIONS], p95[REPLICATIONS];
    for (int i = 0; i < REPLICATIONS; i++) {
        struct figures f = run(load, constant, (uint64_t)i + 1);
        mean[i] = f.mean_ns;
        number[i] = f.found;
        median[i] = f.median_ns;
        p95[i] = f.p95_ns;
    }
    double variability = constant ? 0 : 1; /* squared, of the service */
    double wait = load / (1 - load) * (1 + variability) / 2 * service_ns;
    check("mean time", load, mean, wait + service_ns);
    check("number", load, number, load * (wait + service_ns) / service_ns);
    if (constant)
        return;
    check("median", load, median, log(2) * service_ns / (1 - load));
    check("p95", load, p95, log(20) * service_ns / (1 - load));
}

static void mm1_matches_its_closed_forms(void **state)
{
    (void)state;
    check_queue(0.3, false);
    check_queue(0.7, false);
    check_queue(0.9, false);
}

static void md1_matches_its_closed_forms(void **state)
{
    (void)state;
    check_queue(0.3, true);
    check_queue(0.7, true);
    check_queue(0.9, true);
}

/* Fixed seed, whole numbers out: the same on any compiler and in any build. */
static void golden_run(void **state)
{
    (void)state;
    struct mm1_params params = { 1e6 / 0.8, 1e6, false, 10000, 42 };
    struct mm1_queue m;
    mm1_queue_init(&m, &params);
    mm1_queue_run(&m);
    assert_int_equal(m.sim.now_ns, 12353496047);
    assert_int_equal(m.sojourn.min, 1422);
    assert_int_equal(m.sojourn.max, 28106220);
    assert_int_equal((int64_t)m.sojourn.sum, 48610554348);
    mm1_queue_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mm1_matches_its_closed_forms),
        cmocka_unit_test(md1_matches_its_closed_forms),
        cmocka_unit_test(golden_run),
    };
    return cmocka_run_group_tests_name("mm1", tests, NULL, NULL);
}
