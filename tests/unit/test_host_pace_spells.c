/* A pace that wanders as the model takes it to has the covariances that the model is then given;
 * scatter of the samples alone has none, and gaps between samples change nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "experiments/replay/host_pace_spells.h"
#include "sim/random_stream.h"

#define MS 1000000LL

struct pace {
    double depth, time_ms, scatter; /* of spells, and of each sample for itself */
    double gap_ms;                  /* between samples */
};

/* Covariances near and far of samples over `seconds`. */
static void measure(const struct pace *pace, double seconds, uint32_t stream, double cov[2])
{
    struct host_pace_spells spells = { 0 };
    struct random_stream rs;
    double keep = exp(-pace->gap_ms / pace->time_ms), z;
    random_stream_init(&rs, 3, stream, 1, 0);
    z = random_stream_normal(&rs);
    for (double ms = 0; ms < 1e3 * seconds; ms += pace->gap_ms) {
        double own = pace->scatter * random_stream_normal(&rs);
        host_pace_spells_add(&spells, (int64_t)(ms * MS) + 777,
                             2 * (1 + pace->depth * z + own));
        z = keep * z + sqrt(1 - keep * keep) * random_stream_normal(&rs);
    }
    cov[0] = host_pace_spells_covariance(&spells, HOST_PACE_NEAR_NS);
    cov[1] = host_pace_spells_covariance(&spells, HOST_PACE_FAR_NS);
    host_pace_spells_close(&spells);
}

/* Means of an interval b of such a process, t apart, have the covariance depth^2 exp(-t / T) times
 * (2 T / b sinh(b / 2 T))^2. */
static void test_closed_form(void **state)
{
    (void)state;
    static const struct pace cases[] = { { 0.1, 250, 0, 10 },
                                         { 0.1, 250, 0.1, 10 },
                                         { 0.15, 100, 0.05, 10 },
                                         { 0.1, 250, 0, 130 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct pace *p = &cases[i];
        double bin = HOST_PACE_BIN_NS / 1e6, half = bin / 2 / p->time_ms, cov[2];
        double blur = p->gap_ms < bin ? pow(sinh(half) / half, 2) : 1;
        measure(p, 20000, (uint32_t)i + 1, cov);
        for (int k = 0; k < 2; k++) {
            double apart = k ? HOST_PACE_FAR_NS / 1e6 : HOST_PACE_NEAR_NS / 1e6;
            double want = p->depth * p->depth * exp(-apart / p->time_ms) * blur;
            if (p->gap_ms > bin) /* of few pairs of bins, and those not quite so far apart */
                assert_true(fabs(cov[k] / want - 1) < 0.35);
            else
                assert_true(fabs(cov[k] / want - 1) < 0.1);
        }
    }
}

static void test_scatter_alone(void **state)
{
    (void)state;
    const struct pace pace = { 0, 1, 0.2, 10 };
    double cov[2];
    measure(&pace, 2000, 9, cov);
    assert_true(fabs(cov[0]) < 4e-4 && fabs(cov[1]) < 4e-4);
}

static void test_too_short(void **state)
{
    (void)state;
    struct host_pace_spells spells = { 0 };
    assert_true(isnan(host_pace_spells_covariance(&spells, HOST_PACE_NEAR_NS)));
    host_pace_spells_add(&spells, 0, 1);
    host_pace_spells_add(&spells, 2 * HOST_PACE_BIN_NS - 1, 1);
    assert_true(isnan(host_pace_spells_covariance(&spells, HOST_PACE_NEAR_NS)));
    host_pace_spells_add(&spells, 2 * HOST_PACE_BIN_NS, 1);
    assert_true(host_pace_spells_covariance(&spells, HOST_PACE_NEAR_NS) == 0);
    host_pace_spells_close(&spells);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_closed_form),
                                        cmocka_unit_test(test_scatter_alone),
                                        cmocka_unit_test(test_too_short) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
