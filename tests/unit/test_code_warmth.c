/* A process pays the same excess in its life, however its work is cut; the next process pays it
 * again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiments/run/settings.h"
#include "models/code_warmth.h"
#include "tests/support/push_case.h"

static double paid_in(int stages, double excess, double work_ns, double piece_ns, int pieces)
{
    struct code_warmth warmth = { excess, work_ns, stages, 0 };
    double sum = 0;
    for (int i = 0; i < pieces; i++)
        sum += piece_ns * code_warmth_factor(&warmth, piece_ns);
    return sum;
}

static double paid(double excess, double work_ns, double piece_ns, int pieces)
{
    return paid_in(2, excess, work_ns, piece_ns, pieces);
}

static void pieces_do_not_matter(void **state)
{
    (void)state;
    double whole = paid(3, 50e6, 80e6, 1);
    double expected = 80e6 + 3 * 50e6 * (2 - (2 + 80.0 / 50) * exp(-80.0 / 50));
    assert_true(fabs(whole / expected - 1) < 1e-12);
    assert_true(fabs(paid(3, 50e6, 1e6, 80) / whole - 1) < 1e-12);
    assert_true(fabs(paid(3, 50e6, 10e6, 1000) - 10e9 - 300e6) < 1);
}

/* Excess 3 over work of 50: with k stages 3 Q(k, k / 2 t) after 50 t, by hand for one (exp(-t / 2)) and
 * eight (exp(-4) of 1 + 4 + 8 + 10.667 + 10.667 + 8.533 + 5.689 + 3.251); and 300 in all. */
static void stages_sharpen_the_end(void **state)
{
    (void)state;
    static const struct {
        int stages;
        double after_50, after_200;
    } rows[] = { { 1, 0.6065307, 0.1353353 },
                 { 2, 0.7357589, 0.0915782 },
                 { 8, 0.9488664, 0.0099998 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct code_warmth warmth = { 3, 50e6, rows[i].stages, 50e6 };
        assert_true(fabs(code_warmth_factor(&warmth, 0) - 1 - 3 * rows[i].after_50) < 1e-6);
        warmth.done_ns = 200e6;
        assert_true(fabs(code_warmth_factor(&warmth, 0) - 1 - 3 * rows[i].after_200) < 1e-6);
        double all = paid_in(rows[i].stages, 3, 50e6, 7e6, 1000);
        assert_true(fabs(all - 7e9 - 300e6) < 1);
        double whole = paid_in(rows[i].stages, 3, 50e6, 80e6, 1);
        assert_true(fabs(paid_in(rows[i].stages, 3, 50e6, 1e6, 80) / whole - 1) < 1e-12);
    }
}

static void nothing_without_it(void **state)
{
    (void)state;
    assert_true(paid(0, 50e6, 1e6, 5) == 5e6);
    assert_true(paid(3, 0, 1e6, 5) == 5e6);
    struct code_warmth warmth = { 3, 50e6, 2, 0 };
    assert_true(code_warmth_factor(&warmth, 0) == 4);
}

static double cpu_of(const struct parameters *p)
{
    struct run_record record;
    push_case_run(p, 3, &record);
    double used = run_record_value(&record, "cpu.used");
    run_record_close(&record);
    return used;
}

static struct parameters node_server(void)
{
    struct settings s;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.server.loop = LOOP_NODE;
    p.server.hops = 0;
    p.clients = 100;
    p.workload.phase[0].duration_ns = 10000000000;
    p.workload.phase[0].rate_hz = 20;
    p.cost.noise_cv = 0;
    p.cost.warm_saturation_ns = 0;
    struct protocol_costs *c = &p.cost.by_protocol[p.server.protocol];
    c->state_ns = c->write_state_ns = c->item_kib_ns = c->write_kib_ns = 0;
    return p;
}

/* The whole excess, with ample CPU and where throttling makes it last. */
static void a_run_pays_the_excess_once(void **state)
{
    (void)state;
    static const int64_t quota_ns[] = { 100000000, 4000000 };
    for (size_t i = 0; i < sizeof quota_ns / sizeof *quota_ns; i++) {
        struct parameters p = node_server();
        p.cpu.quota_ns = quota_ns[i];
        double before = cpu_of(&p);
        p.cost.code_excess = 3;
        p.cost.code_work_ns = 7.5e6;
        double after = cpu_of(&p);
        assert_true(fabs((after - before) / 45e-3 - 1) < 0.02);
    }
}

/* A process that is started again pays it again. */
static void a_new_process_is_cold(void **state)
{
    (void)state;
    struct parameters p = node_server();
    p.fault.crash_at_ns = 5000000000;
    double before = cpu_of(&p);
    p.cost.code_excess = 3;
    p.cost.code_work_ns = 2.5e6;
    double after = cpu_of(&p);
    assert_true(fabs((after - before) / 30e-3 - 1) < 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pieces_do_not_matter),
                                        cmocka_unit_test(stages_sharpen_the_end),
                                        cmocka_unit_test(nothing_without_it),
                                        cmocka_unit_test(a_run_pays_the_excess_once),
                                        cmocka_unit_test(a_new_process_is_cold) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
