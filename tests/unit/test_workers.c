/* Several processes in one pod: who serves whom, what disturbs each, what they hold; and the quota
 * that all have saved up before the run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static struct parameters pod_of(int64_t workers, int64_t clients)
{
    struct parameters p = push_case_plain();
    p.server.workers = workers;
    p.host.cpus = (int)workers;
    p.clients = clients;
    p.workload.phase[0] = (struct phase_params){ "steady", 20 * S, 5, true, 0, 0, 0 };
    return p;
}

/* A quarter of the clients stops reading for ten seconds, and a sequential fan-out waits for each:
 * every worker has some of them, so all the others wait, however many workers there are. */
static void every_worker_has_some_of_each_class(void **state)
{
    (void)state;
    for (int64_t workers = 1; workers <= 4; workers *= 2) {
        struct parameters p = pod_of(workers, 40);
        struct run_record r;
        p.server.fan_out = FAN_OUT_SEQUENTIAL;
        p.network.socket_bytes = 4096;
        p.workload.payload_bytes = 10000;
        p.class_count = 2;
        p.classes[0] = (struct client_class){ .share = 3 };
        p.classes[1] =
            (struct client_class){ .share = 1, .stall_at_ns = 2 * S, .stall_ns = 10 * S };
        push_case_run(&p, 1, &r);
        assert_true(run_record_value(&r, "class.clients.delivery.p95") > 0.5);
        run_record_close(&r);
    }
}

/* 10 times a second and worker 2 ms: of 20 s 0.4 s for each worker. */
static void each_worker_is_disturbed(void **state)
{
    (void)state;
    for (int64_t workers = 1; workers <= 4; workers *= 2) {
        struct parameters p = pod_of(workers, 4);
        struct run_record r;
        double used_s[2];
        for (int noisy = 0; noisy < 2; noisy++) {
            p.cost.interference_idle = true;
            p.cost.interference_rate_hz = noisy ? 10 : 0;
            p.cost.interference_ns = 2e6;
            push_case_run(&p, 3, &r);
            used_s[noisy] = run_record_value(&r, "cpu.used");
            run_record_close(&r);
        }
        double each_s = (used_s[1] - used_s[0]) / (double)workers;
        assert_true(each_s > 0.3 && each_s < 0.5);
    }
}

static void each_worker_is_a_process(void **state)
{
    (void)state;
    for (int64_t workers = 1; workers <= 4; workers *= 2) {
        struct parameters p = pod_of(workers, 4);
        struct run_record r;
        p.memory.base_bytes = 50000000;
        push_case_run(&p, 1, &r);
        assert_true(run_record_value(&r, "memory.end.base") == (double)workers * 50e6);
        run_record_close(&r);
    }
}

/* One fan-out of some 33 ms: quota and burst of 20 ms each are there from the start. */
static void the_burst_is_saved_up_before_the_run(void **state)
{
    (void)state;
    for (int burst = 0; burst < 2; burst++) {
        const int64_t at_ns[] = { 10 * MS };
        struct parameters p = pod_of(1, 1800);
        struct schedule schedule;
        struct run_record r;
        p.cpu.quota_ns = 20 * MS;
        p.cpu.burst_ns = burst * 20 * MS;
        push_case_publishes(&schedule, 1800, at_ns, 1, S);
        run_record_init(&r);
        push_run(&p, &schedule, 1, 1, &r);
        assert_true(run_record_value(&r, "cpu.used") > 0.025);
        assert_true(run_record_value(&r, "cpu.used") < 0.04);
        assert_true((run_record_value(&r, "cpu.throttled") == 0) == burst);
        run_record_close(&r);
        schedule_close(&schedule);
    }
}

/* A start takes 0.2 s of CPU of each worker, beside each other where there are CPUs, and 1 s at
 * least: at 50m for each four seconds, plus what is left of a period.
 */
static void a_start_waits_for_its_cpu(void **state)
{
    static const struct {
        int64_t workers, quota_ns;
        double least_s, most_s;
    } cases[] = { { 1, 0, 1, 1.001 },
                  { 1, 50 * MS, 1, 1.001 },
                  { 1, 5 * MS, 3.7, 4.2 },
                  { 8, 0, 1, 1.001 },
                  { 8, 40 * MS, 3.7, 4.2 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = pod_of(cases[i].workers, 10);
        struct run_record r;
        p.cpu.quota_ns = cases[i].quota_ns;
        p.startup_ns = S;
        p.startup_cpu_ns = 200 * MS;
        p.fault.crash_at_ns = 5 * S;
        p.reconnect = (struct reconnect_params){
            .kind = RECONNECT_FIXED, .base_ns = MS, .cap_ns = MS, .factor = 1
        };
        push_case_run(&p, 1, &r);
        double away_s = run_record_value(&r, "published.failed") / 5;
        assert_true(away_s > cases[i].least_s - 0.21 && away_s < cases[i].most_s + 0.21);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_worker_has_some_of_each_class),
        cmocka_unit_test(each_worker_is_disturbed),
        cmocka_unit_test(each_worker_is_a_process),
        cmocka_unit_test(a_start_waits_for_its_cpu),
        cmocka_unit_test(the_burst_is_saved_up_before_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
