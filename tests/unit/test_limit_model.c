/* A search of a replication is of one chance: the same random numbers wherever it asks; runs that are
 * made again have chance of their own, each replication another. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/limit_model.h"
#include "analysis/slo.h"
#include "models/push_run.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"

static void ask_for_clients(struct limit_question *q, uint64_t seed)
{
    struct error err;
    *q = (struct limit_question){ .from = 10, .to = 1000, .precision = 1e-4, .seed = seed };
    settings_init(&q->settings);
    q->settings.cpu_limit_millicores = 100;
    q->settings.parameters.slo.p99_ns = 200000000;
    q->settings.parameters.workload.arrivals = ARRIVAL_POISSON;
    assert_int_equal(settings_find(&q->settings, "clients.count", &q->option, &err), 0);
}

/* What the search says is what single runs of its replication bear out: kept at its answer, broken with
 * one client more. With other random numbers for each value, as good as never in all of these. */
static void a_search_keeps_its_random_numbers(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct limit_question q;
        struct limit_answer a;
        struct error err;
        bool kept, next;
        ask_for_clients(&q, seed);
        assert_int_equal(limit_model(&q, 1, 1, &a, &err), 0);
        assert_int_equal(a.searches, 1);
        assert_int_equal(limit_run(&q, 1, a.value, &kept, &err), 0);
        assert_int_equal(limit_run(&q, 1, a.value + 1, &next, &err), 0);
        print_message("seed %d: %g\n", (int)seed, a.value);
        assert_true(kept && !next);
    }
}

/* Runs with the publishes of one and the same replication differ by the model's chance alone: the
 * answers of replications do, too, though all they were told is the same. */
static void replications_have_chances_of_their_own(void **state)
{
    (void)state;
    enum { RUNS = 12 };
    struct limit_question q;
    struct limit_answer a;
    struct error err;
    double values[RUNS];
    uint32_t plays[RUNS];
    ask_for_clients(&q, 1);
    assert_int_equal(limit_model(&q, 4, 1, &a, &err), 0);
    for (int i = 0; i < RUNS; i++) {
        values[i] = round(a.value * pow(1.3, 2.0 * i / (RUNS - 1) - 1));
        plays[i] = 1;
    }
    q.runs = RUNS;
    q.values = values;
    q.plays = plays;
    q.more_breaks = true;
    assert_int_equal(limit_model(&q, 8, 1, &a, &err), 0);
    print_message("%g, %g to %g\n", a.value, a.low, a.high);
    assert_int_equal(a.searches, 8);
    assert_true(a.low < a.high);
}

/* As `run` makes it: the replication's own publishes and random numbers. */
static bool kept_by_itself(const struct limit_question *q, uint32_t replication, double value)
{
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    struct error err;
    bool kept;
    assert_int_equal(limit_settings(q, value, &s, &err), 0);
    schedule_build(&schedule, &s.parameters, q->seed, replication);
    run_record_init(&record);
    push_run(&s.parameters, &schedule, q->seed, replication, &record);
    assert_int_equal(slo_judge(&s.parameters.slo, &record, &kept, &err), 0);
    run_record_close(&record);
    schedule_close(&schedule);
    return kept;
}

static void a_search_asks_what_run_would_make(void **state)
{
    (void)state;
    static const double values[] = { 340, 360, 380, 400 };
    struct limit_question q;
    struct error err;
    int kept[4] = { 0 };
    ask_for_clients(&q, 1);
    for (uint32_t r = 1; r <= 12; r++)
        for (int i = 0; i < 4; i++) {
            bool asked, made = kept_by_itself(&q, r, values[i]);
            assert_int_equal(limit_run(&q, r, values[i], &asked, &err), 0);
            assert_int_equal(asked, made);
            kept[i] += made;
        }
    assert_true(kept[0] > kept[3] && kept[1] + kept[2] > 0); /* chance decides between them */
}

#define SETS     200
#define SEARCHES 100

/* Of searches whose limits differ by 10 % the median's logarithm is off by 0.1 sqrt(pi / 2 / 100), as is
 * told beside it; by no less than the precision that they were made with. */
static void the_error_is_of_the_medians_logarithm(void **state)
{
    (void)state;
    struct random_stream rs;
    double told = 0, squares = 0;
    static struct limit_search searches[SEARCHES];
    struct limit_answer a;
    random_stream_init(&rs, 15, 1, 0, 0);
    for (int set = 0; set < SETS; set++) {
        for (int i = 0; i < SEARCHES; i++) {
            double limit = 500 * exp(0.1 * random_stream_normal(&rs));
            searches[i] = (struct limit_search){
                .kind = LIMIT_FOUND, .kept = limit, .broken = 1.001 * limit, .precision = 1e-3
            };
        }
        limit_sum_up(searches, SEARCHES, &a);
        told += a.error / SETS;
        squares += pow(log(a.value / 500), 2) / SETS;
    }
    print_message("told %.4f, off by %.4f\n", told, sqrt(squares));
    assert_near(told, 0.1 * sqrt(M_PI / 2 / SEARCHES), 0.0015);
    assert_near(sqrt(squares), told, 0.0025);
    searches[0].precision = 0.03;
    limit_sum_up(searches, SEARCHES, &a);
    assert_true(a.error == 0.03);
}

/* A value that the option may not have: the cause, and no answer. */
static void what_cannot_be_asked_has_no_answer(void **state)
{
    (void)state;
    struct limit_question q;
    struct limit_answer a = { .probes = 77 };
    struct error err;
    ask_for_clients(&q, 1);
    q.from = -5;
    assert_int_equal(limit_model(&q, 2, 1, &a, &err), ERR_INVALID);
    assert_int_equal(a.probes, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_keeps_its_random_numbers),
        cmocka_unit_test(replications_have_chances_of_their_own),
        cmocka_unit_test(a_search_asks_what_run_would_make),
        cmocka_unit_test(the_error_is_of_the_medians_logarithm),
        cmocka_unit_test(what_cannot_be_asked_has_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
