/* Within which time messages come that were due, where some are still under way: told by the rank
 * among all, in every mixture against a sorted list.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "models/due_latency.h"
#include "sim/random_stream.h"

/* Of 1,000 messages some take 1 s, the others 10 ms, and some have not come after 5 s. */
static void test_mixtures(void **state)
{
    static const struct {
        uint64_t late, under_way;
        double p95_s, p99_s;
    } cases[] = {
        { 0, 0, 0.01, 0.01 }, { 9, 0, 0.01, 0.01 }, { 11, 0, 0.01, 1 },
        { 9, 9, 0.01, 1 }, /* neither is one in a hundred, both are nearly two */
        { 0, 9, 0.01, 0.01 }, { 0, 11, 0.01, 5 },   { 45, 10, 1, 1 },
        { 45, 11, 1, 5 },     { 0, 51, 5, 5 },      { 0, 1000, NAN, NAN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct histogram h;
        struct run_record r;
        histogram_init(&h);
        run_record_init(&r);
        histogram_add(&h, 10000000, 1000 - cases[i].late - cases[i].under_way);
        histogram_add(&h, 1000000000, cases[i].late);
        due_latency_report(&h, (double)cases[i].under_way, 5, &r);
        double p95 = run_record_value(&r, "due.p95"), p99 = run_record_value(&r, "due.p99");
        if (isnan(cases[i].p99_s) ? !isnan(p99)
                                  : fabs(p95 / cases[i].p95_s - 1) > 0.01 ||
                                        fabs(p99 / cases[i].p99_s - 1) > 0.01)
            fail_msg("case %zu: %g, %g", i, p95, p99);
        run_record_close(&r);
        histogram_close(&h);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What is under way stands behind all that came. */
static void test_rank_among_all(void **state)
{
    struct random_stream rs;
    (void)state;
    random_stream_init(&rs, 11, 1, 1, 0);
    for (int k = 0; k < 200; k++) {
        size_t came = 1 + (size_t)(300 * random_stream_uniform(&rs));
        size_t under_way = (size_t)(20 * random_stream_uniform(&rs));
        double *all = malloc((came + under_way) * sizeof *all);
        struct histogram h;
        struct run_record r;
        histogram_init(&h);
        run_record_init(&r);
        for (size_t i = 0; i < came; i++) {
            int64_t ns = (int64_t)(1e6 * pow(1000, random_stream_uniform(&rs)));
            histogram_add(&h, ns, 1);
            all[i] = (double)ns / 1e9;
        }
        for (size_t i = 0; i < under_way; i++)
            all[came + i] = 10;
        qsort(all, came + under_way, sizeof *all, by_value);
        due_latency_report(&h, (double)under_way, 10, &r);
        double expected = all[(size_t)ceil(0.95 * (double)(came + under_way) - 1e-9) - 1];
        if (!(fabs(run_record_value(&r, "due.p95") / expected - 1) <= 0.01))
            fail_msg("%zu came, %zu under way: %g, not %g", came, under_way,
                     run_record_value(&r, "due.p95"), expected);
        run_record_close(&r);
        histogram_close(&h);
        free(all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mixtures),
        cmocka_unit_test(test_rank_among_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
