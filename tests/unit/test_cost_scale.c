/* A host's factor moves every CPU cost but those that are said to stay, its draws have the median
 * and the spread they are asked for, and small fan-outs cost no bytes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <gsl/gsl_sort_double.h>

#include "experiments/run/settings.h"
#include "models/cost_scale.h"
#include "models/push_run.h"

static void draws_are_log_normal(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double factor[N];
    struct cost_params cost = { .host_cv = 0.2 };
    for (uint32_t i = 0; i < N; i++)
        factor[i] = cost_host_factor(&cost, 7, i + 1);
    gsl_sort(factor, 1, N);
    double sigma = sqrt(log(1 + 0.2 * 0.2));
    assert_true(fabs(factor[N / 2] - 1) < 0.01);
    assert_true(fabs(factor[N * 95 / 100] / exp(1.645 * sigma) - 1) < 0.02);
    assert_true(fabs(factor[N * 5 / 100] * exp(1.645 * sigma) - 1) < 0.02);
    cost.host_cv = 0;
    assert_true(cost_host_factor(&cost, 7, 1) == 1);
}

/* A run on a drawn host is the run with costs times the factor. */
static void a_run_is_one_on_a_slower_host(void **state)
{
    (void)state;
    struct settings s;
    struct schedule schedule;
    struct run_record drawn, scaled;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.clients = 50;
    p.workload.phase[0].duration_ns = 2000000000;
    p.cost.host_cv = 0.3;
    schedule_build(&schedule, &p, 3, 2);
    run_record_init(&drawn);
    push_run(&p, &schedule, 3, 2, &drawn);
    double factor = cost_host_factor(&p.cost, 3, 2);
    cost_scale(&p.cost, factor);
    p.cost.host_cv = 0;
    run_record_init(&scaled);
    push_run(&p, &schedule, 3, 2, &scaled);
    assert_true(fabs(factor - 1) > 0.01);
    assert_true(run_record_value(&drawn, "delivery.mean") ==
                run_record_value(&scaled, "delivery.mean"));
    assert_true(run_record_value(&drawn, "cpu.used") == run_record_value(&scaled, "cpu.used"));
    run_record_close(&drawn);
    run_record_close(&scaled);
    schedule_close(&schedule);
}

/* What stays, for the reasons that cost_scale.h gives. */
static bool stays(const char *option)
{
    static const char *const names[] = {
        "cost.host-pace",         "cost.host-memory-pace",
        "cost.spell.time",        "cost.warm.time",
        "cost.gc.period",         "cost.gc.base",
        "cost.gc.connection",     "cost.interference.length",
        "cost.websocket.deflate", "cost.websocket.deflate-kib",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], option) == 0)
            return true;
    return false;
}

/* A new cost is scaled, or stands above. */
static void every_time_is_scaled_or_said_to_stay(void **state)
{
    (void)state;
    struct settings s;
    struct error err;
    size_t count, scaled = 0, kept = 0;
    const struct option_row *all = options_all(&count);
    settings_init(&s);
    for (size_t i = 0; i < count; i++)
        if (strncmp(all[i].name, "cost.", 5) == 0 && all[i].unit == UNIT_TIME)
            assert_int_equal(option_assign(&all[i], 100, &s, &err), 0);
    cost_scale(&s.parameters.cost, 3);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(all[i].name, "cost.", 5) != 0 || all[i].unit != UNIT_TIME)
            continue;
        double value = option_number(&all[i], &s);
        if (value != (stays(all[i].name) ? 100 : 300))
            fail_msg("%s: %g of 100", all[i].name, value);
        *(stays(all[i].name) ? &kept : &scaled) += 1;
    }
    assert_true(kept == 10 && scaled >= 40);
}

static double cpu_of_fan_outs(const struct parameters *p)
{
    struct schedule schedule;
    struct run_record record;
    schedule_build(&schedule, p, 3, 1);
    run_record_init(&record);
    push_run(p, &schedule, 3, 1, &record);
    double used = run_record_value(&record, "cpu.used");
    run_record_close(&record);
    schedule_close(&schedule);
    return used;
}

static void pace_is_a_factor(void **state)
{
    (void)state;
    static const struct {
        double now, base, power;
        double read_now, read_base, read_power, factor;
    } cases[] = {
        { 0, 1.1, 0.6, 0, 400, 0.3, 1 }, /* not measured */
        { 1.5, 0, 0.6, 800, 0, 0.3, 1 }, /* the costs do not know theirs */
        { 1.1, 1.1, 0.6, 400, 400, 0.3, 1 }, { 2.2, 1.1, 1, 0, 0, 1, 2 },
        { 4.4, 1.1, 0.5, 0, 400, 1, 2 }, /* memory was not looked at */
        { 0.55, 1.1, 2, 800, 0, 1, 0.25 },   { 0, 0, 1, 900, 400, 0.5, 1.5 },
        { 2.2, 1.1, 2, 900, 400, 0.5, 6 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cost_params cost = { .pace = { cases[i].now, cases[i].read_now },
                                    .pace_base = { cases[i].base, cases[i].read_base },
                                    .pace_power = cases[i].power,
                                    .read_power = cases[i].read_power };
        assert_true(fabs(cost_pace_factor(&cost) - cases[i].factor) < 1e-12);
    }
}

/* A run at half the pace is one with twice the costs, drawn noise included. */
static void a_run_goes_at_the_pace(void **state)
{
    (void)state;
    struct settings s;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.clients = 50;
    p.workload.phase[0].duration_ns = 2000000000;
    for (int noisy = 0; noisy < 2; noisy++) {
        p.cost.host_cv = noisy ? 0.2 : 0;
        struct parameters scaled = p;
        cost_scale(&scaled.cost, 2);
        struct parameters paced = p;
        paced.cost.pace.step_ns = 2.2;
        paced.cost.pace_base.step_ns = 1.1;
        paced.cost.pace_power = 1;
        struct parameters remembering = p;
        remembering.cost.pace.read_ns = 900;
        remembering.cost.pace_base.read_ns = 450;
        remembering.cost.read_power = 1;
        double twice = cpu_of_fan_outs(&scaled), once = cpu_of_fan_outs(&p);
        assert_true(fabs(cpu_of_fan_outs(&paced) / twice - 1) < 1e-9);
        assert_true(fabs(cpu_of_fan_outs(&remembering) / twice - 1) < 1e-9);
        assert_true(twice > 1.5 * once);
    }
}

static void bytes_cost_beyond_the_caches(void **state)
{
    (void)state;
    struct cost_params cost = { .cached_bytes = 0 };
    assert_true(cost_spilled_share(&cost, 10) == 1);
    cost.cached_bytes = 1e6;
    assert_true(cost_spilled_share(&cost, 1e6) == 0.5);
    assert_true(cost_spilled_share(&cost, 50e3) < 0.01);
    assert_true(cost_spilled_share(&cost, 20e6) > 0.99);
}

static void state_is_driven_out_by_the_others(void **state)
{
    (void)state;
    struct cost_params cost = { .warm_connections = 0 };
    assert_true(cost_spilled_state(&cost, 1e6) == 0);
    cost.warm_connections = 500;
    assert_true(cost_spilled_state(&cost, 500) == 0.5);
    assert_true(cost_spilled_state(&cost, 20) < 0.01);
    assert_true(cost_spilled_state(&cost, 20000) > 0.99);
}

/* State that hardly cools with time (an hour) is cold for all but the first message only if the
 * other connections drive it out: then each delivery pays for it. */
static void driven_out_state_costs_every_delivery(void **state)
{
    (void)state;
    struct settings s;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.server.hops = 1; /* one wake-up a delivery */
    p.clients = 200;
    p.workload.phase[0].duration_ns = 5000000000;
    p.workload.phase[0].rate_hz = 20;
    p.cost.noise_cv = 0;
    p.cost.warm_time_ns = 3.6e12;
    struct protocol_costs *c = &p.cost.by_protocol[p.server.protocol];
    c->state_ns = 10e3;
    c->write_state_ns = 0;
    double warm = cpu_of_fan_outs(&p);
    p.cost.warm_connections = 2; /* 200 of them: nothing stays */
    double cold = cpu_of_fan_outs(&p);
    p.cost.warm_connections = 20000; /* all stays */
    double kept = cpu_of_fan_outs(&p);
    double deliveries = 200 * 100;
    assert_true(fabs((cold - warm) / (deliveries * 10e-6) - 1) < 0.1);
    assert_true(fabs(kept / warm - 1) < 0.01);
}

/* Bytes that fit into the caches cost nothing from one message to the next, and all of their price
 * where the CPU was left for long in between. */
static void bytes_in_caches_cool(void **state)
{
    (void)state;
    struct settings s;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.server.hops = 1;
    p.clients = 100;
    p.workload.payload_bytes = 4096;
    p.workload.phase[0].duration_ns = 5000000000;
    p.workload.phase[0].rate_hz = 20;
    p.cost.noise_cv = 0;
    p.cost.cached_bytes = 1e9; /* all of them fit */
    struct protocol_costs *c = &p.cost.by_protocol[p.server.protocol];
    c->item_kib_ns = c->write_kib_ns = c->state_ns = c->write_state_ns = 0;
    p.cost.warm_saturation_ns = 0;
    double free_of_bytes = cpu_of_fan_outs(&p);
    c->write_kib_ns = 5e3;
    double all = 100 * 100 * 4 * 5e-6; /* s: deliveries x KiB x 5 us */
    p.cost.warm_time_ns = 3.6e12;      /* stays warm: the first message alone pays */
    assert_true(cpu_of_fan_outs(&p) - free_of_bytes < 0.03 * all);
    p.cost.warm_time_ns = 1e6; /* cold after the 50 ms between two messages */
    assert_true(fabs((cpu_of_fan_outs(&p) - free_of_bytes) / all - 1) < 0.03);
    p.cost.warm_time_ns = 50e6; /* and in between: some 45 ms off, 1 - exp(-0.9) */
    double part = (cpu_of_fan_outs(&p) - free_of_bytes) / all;
    assert_true(part > 0.4 && part < 0.7);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(draws_are_log_normal),
                                        cmocka_unit_test(a_run_is_one_on_a_slower_host),
                                        cmocka_unit_test(every_time_is_scaled_or_said_to_stay),
                                        cmocka_unit_test(pace_is_a_factor),
                                        cmocka_unit_test(a_run_goes_at_the_pace),
                                        cmocka_unit_test(bytes_cost_beyond_the_caches),
                                        cmocka_unit_test(state_is_driven_out_by_the_others),
                                        cmocka_unit_test(driven_out_state_costs_every_delivery),
                                        cmocka_unit_test(bytes_in_caches_cool) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
