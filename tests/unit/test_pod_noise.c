/* Interference: work of the server's own comes whenever it likes; what the host takes away is
 * taken only from a server that computes, so an idle one uses no CPU and no period of its limit
 * passes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiments/run/settings.h"
#include "models/push_run.h"

enum { SECONDS = 100, CLIENTS = 200 };

struct figures {
    double used_s, periods;
};

static struct figures run(double rate_hz, bool idle_too, double interference_hz)
{
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    settings_init(&s);
    struct parameters p = s.parameters;
    p.clients = CLIENTS;
    p.cpu.quota_ns = p.cpu.period_ns; /* never throttled, but counted */
    p.workload.phase[0].duration_ns = SECONDS * 1000000000LL;
    p.workload.phase[0].rate_hz = rate_hz;
    p.cost.noise_cv = 0;
    p.cost.interference_rate_hz = interference_hz;
    p.cost.interference_ns = 2e6;
    p.cost.interference_idle = idle_too;
    schedule_build(&schedule, &p, 1, 1);
    run_record_init(&record);
    push_run(&p, &schedule, 1, 1, &record);
    struct figures f = { run_record_value(&record, "cpu.used"),
                         run_record_value(&record, "cpu.periods") };
    run_record_close(&record);
    schedule_close(&schedule);
    return f;
}

static void an_idle_server_pays_for_its_own_work_alone(void **state)
{
    (void)state;
    struct figures none = run(0.01, true, 0), own = run(0.01, true, 2),
                   host = run(0.01, false, 2);
    assert_true(own.used_s - none.used_s > 0.5 * 2 * SECONDS * 2e-3);
    assert_true(own.periods > none.periods + 100);
    assert_true(host.used_s < none.used_s + 0.01);
    assert_true(host.periods <= none.periods + 2);
}

/* Of a busy share u of the time, the host takes rate x length: the whole is longer by that factor,
 * what was taken included, 1 / (1 - rate x length) in all. */
static void a_busy_one_pays_by_its_busy_time(void **state)
{
    (void)state;
    struct figures none = run(30, false, 0), host = run(30, false, 20);
    double taken = (host.used_s - none.used_s) / none.used_s;
    assert_true(none.used_s / SECONDS > 0.1 && none.used_s / SECONDS < 0.9);
    double events =
        20 * none.used_s; /* relative spread sqrt(2 / events): exponential lengths */
    assert_true(fabs(taken / (1 / (1 - 20 * 2e-3) - 1) - 1) < 4 * sqrt(2 / events));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_server_pays_for_its_own_work_alone),
        cmocka_unit_test(a_busy_one_pays_by_its_busy_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
