/* What the workload's options make of the schedule: ramps, bursts, sizes, clients' messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "models/push_run.h"
#include "models/schedule.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static struct parameters with_phase(struct phase_params phase, enum arrival_kind kind)
{
    struct parameters p = push_case_plain();
    p.workload.arrivals = kind;
    p.workload.phase[0] = phase;
    return p;
}

static uint32_t publishes_before(const struct schedule *s, int64_t ns)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        n += s->actions[i].kind == ACTION_PUBLISH && s->actions[i].at_ns < ns;
    return n;
}

/* From r to q over 100 s: the area under the line, r t + (q - r) t^2 / 200, up to any t. */
static void a_ramp_follows_its_line(void **state)
{
    static const double lines[][2] = {
        { 0, 40 }, { 10, 40 }, { 40, 10 }, { 20, 20 }, { 40, 0.5 }
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        for (int kind = ARRIVAL_CONSTANT; kind <= ARRIVAL_POISSON; kind++) {
            double r = lines[i][0], q = lines[i][1];
            struct phase_params phase = { "ramp", 100 * S, r, true, q, 0, 0 };
            struct parameters p = with_phase(phase, (enum arrival_kind)kind);
            struct schedule s;
            schedule_build(&s, &p, 3, 1);
            for (double t = 20; t <= 100; t += 20) {
                double area = r * t + (q - r) * t * t / 200;
                double slack = kind == ARRIVAL_POISSON ? 4 * sqrt(area) : 1;
                assert_near(publishes_before(&s, (int64_t)(t * 1e9)), area, slack);
            }
            schedule_close(&s);
        }
}

/* On for 300 ms, off for 700 ms: publishes come in the first 300 ms of each second only, at the
 * rate while it is on. */
static void bursts_come_and_go(void **state)
{
    (void)state;
    for (int kind = ARRIVAL_CONSTANT; kind <= ARRIVAL_POISSON; kind++) {
        struct phase_params phase = { "bursts", 10 * S + 100 * MS, 100,     true,
                                      0,        300 * MS,          700 * MS };
        struct parameters p = with_phase(phase, (enum arrival_kind)kind);
        struct schedule s;
        schedule_build(&s, &p, 3, 1);
        assert_near(s.count, 310, kind == ARRIVAL_POISSON ? 4 * sqrt(310) : 1);
        for (size_t i = 0; i < s.count; i++)
            assert_true(s.actions[i].at_ns % S < 300 * MS);
        assert_int_equal(s.end_ns, 10 * S + 100 * MS);
        schedule_close(&s);
    }
}

static void sizes_are_drawn_apart_from_times(void **state)
{
    struct phase_params phase = { "steady", 100 * S, 100, true, 0, 0, 0 };
    struct parameters p = with_phase(phase, ARRIVAL_POISSON);
    struct schedule plain, drawn;
    double sum = 0, squares = 0;
    (void)state;
    p.workload.payload_bytes = 1000;
    schedule_build(&plain, &p, 3, 1);
    p.workload.payload_cv = 0.5;
    schedule_build(&drawn, &p, 3, 1);
    assert_int_equal(plain.count, drawn.count);
    for (size_t i = 0; i < drawn.count; i++) {
        double bytes = (double)drawn.actions[i].bytes;
        assert_true(plain.actions[i].at_ns == drawn.actions[i].at_ns);
        sum += bytes;
        squares += bytes * bytes;
    }
    double n = (double)drawn.count, mean = sum / n;
    assert_near(mean, 1000, 4 * 500 / sqrt(n));
    assert_near(sqrt(squares / n - mean * mean), 500, 50);
    schedule_close(&plain);
    schedule_close(&drawn);
}

/* 20 clients, 3 messages a second each, for 50 s, among the same publishes in order of time. */
static void clients_send_among_the_publishes(void **state)
{
    struct phase_params phase = { "steady", 50 * S, 10, true, 0, 0, 0 };
    struct parameters p = with_phase(phase, ARRIVAL_CONSTANT);
    struct schedule s;
    uint32_t of[20] = { 0 };
    (void)state;
    p.clients = 20;
    p.duplex = (struct duplex_params){ .rate_hz = 3, .bytes = 77 };
    schedule_build(&s, &p, 3, 1);
    assert_int_equal(schedule_publishes(&s), 500);
    assert_near(schedule_messages(&s), 3000, 4 * sqrt(3000));
    assert_int_equal(schedule_publishes(&s) + schedule_messages(&s), s.count);
    for (size_t i = 0; i < s.count; i++) {
        assert_true(i == 0 || s.actions[i].at_ns >= s.actions[i - 1].at_ns);
        if (s.actions[i].kind != ACTION_MESSAGE)
            continue;
        assert_int_equal(s.actions[i].bytes, 77);
        of[s.actions[i].client]++;
    }
    for (int c = 0; c < 20; c++)
        assert_near(of[c], 150, 5 * sqrt(150));
    schedule_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ramp_follows_its_line),
        cmocka_unit_test(bursts_come_and_go),
        cmocka_unit_test(sizes_are_drawn_apart_from_times),
        cmocka_unit_test(clients_send_among_the_publishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
