/* The pace is measured while something else goes on, on the CPU that was asked for, and costs little. */
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "experiments/replay/host_pace.h"

#define RUN_NS 400000000

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int last_cpu(void)
{
    cpu_set_t cpus;
    int last = 0;
    sched_getaffinity(0, sizeof cpus, &cpus);
    for (int i = 0; i < CPU_SETSIZE; i++)
        last = CPU_ISSET(i, &cpus) ? i : last;
    return last;
}

/* Whatever the machine: no sample is faster than the fastest, none counts more than four times it,
 * and no core does a step's six operations in less than 0.1 ns. */
static void measures_beside_a_sleeper(void **state)
{
    (void)state;
    struct host_pace pace;
    struct host_pace_figures f;
    struct error err;
    const struct timespec rest = { 0, RUN_NS };
    double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID), wall_s = clock_s(CLOCK_MONOTONIC);
    assert_int_equal(host_pace_start(&pace, last_cpu(), &err), 0);
    nanosleep(&rest, NULL);
    host_pace_finish(&pace, &f);
    cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    wall_s = clock_s(CLOCK_MONOTONIC) - wall_s;
    print_message("%ld samples, mean %.3f ns, best %.3f ns, %.2f %% of a CPU\n", f.samples,
                  f.mean_ns, f.best_ns, 100 * cpu_s / wall_s);
    assert_true(f.samples >= 2 && f.samples <= 1 + (long)(1e9 * wall_s / HOST_PACE_GAP_NS));
    assert_true(f.best_ns > 0.1 && f.best_ns <= f.mean_ns && f.mean_ns <= 4 * f.best_ns + 1e-9);
    /* what a sample takes, three times over for a slow start and the clock's reading */
    assert_true(cpu_s < 3e-9 * (double)(f.samples + 2) * 22000 * f.mean_ns + 5e-3);
}

static void finish_without_start_or_twice(void **state)
{
    (void)state;
    struct host_pace pace = { 0 };
    struct host_pace_figures f;
    struct error err;
    host_pace_finish(&pace, &f);
    assert_true(f.samples == 0 && isnan(f.mean_ns));
    assert_int_equal(host_pace_start(&pace, last_cpu(), &err), 0);
    host_pace_finish(&pace, &f);
    host_pace_finish(&pace, &f);
    assert_true(f.samples == 0 && isnan(f.mean_ns) && isnan(f.best_ns));
}

static void no_such_cpu(void **state)
{
    (void)state;
    struct host_pace pace;
    struct host_pace_figures f;
    struct error err;
    assert_int_equal(host_pace_start(&pace, CPU_SETSIZE - 1, &err), ERR_IO);
    host_pace_finish(&pace, &f);
    assert_true(f.samples == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(measures_beside_a_sleeper),
                                        cmocka_unit_test(finish_without_start_or_twice),
                                        cmocka_unit_test(no_such_cpu) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
