/* The pace is measured while something else goes on, on the CPU that was asked for, and costs
 * little. */
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "experiments/replay/host_pace.h"
#include "experiments/replay/host_pace_loop.h"

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
    double wall_s = clock_s(CLOCK_MONOTONIC);
    assert_int_equal(host_pace_start(&pace, last_cpu(), &err), 0);
    double cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID); /* the walk is made */
    nanosleep(&rest, NULL);
    host_pace_finish(&pace, &f);
    cpu_s = clock_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s;
    wall_s = clock_s(CLOCK_MONOTONIC) - wall_s;
    print_message("%ld samples, mean %.3f ns, best %.3f ns, a read %.0f ns, %.2f %% of a CPU\n",
                  f.samples, f.mean_ns, f.best_ns, f.read_ns, 100 * cpu_s / wall_s);
    assert_true(f.samples >= 2 && f.samples <= 1 + (long)(1e9 * wall_s / HOST_PACE_GAP_NS));
    assert_true(f.read_ns > 1); /* no core reads what its caches do not hold in a few cycles */
    assert_true(f.best_ns > 0.1 && f.best_ns <= f.mean_ns && f.mean_ns <= 4 * f.best_ns + 1e-9);
    assert_true(cpu_s < wall_s / 2); /* some 2 % of a CPU; how many is the machine's affair */
}

static void finish_without_start_or_twice(void **state)
{
    (void)state;
    struct host_pace pace = { 0 };
    struct host_pace_figures f;
    struct error err;
    host_pace_finish(&pace, &f);
    assert_true(f.samples == 0 && isnan(f.mean_ns) && isnan(f.read_ns));
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

/* How long a step takes is no claim to test: a neighbour decides it. That it is the same step in
 * every build is one: the same bytes at the begin of a cache line, whatever compiler, options and
 * linker made of all around them. */
static void machine_code_is_the_same(void **state)
{
    (void)state;
#ifdef __x86_64__
    static const unsigned char step[] = {
        0x4d, 0x89, 0xcb,       /* mov %r9, %r11 */
        0x49, 0x31, 0xfb,       /* xor %rdi, %r11 */
        0x4d, 0x01, 0xd8,       /* add %r11, %r8 */
        0x49, 0x89, 0xc3,       /* mov %rax, %r11 */
        0x49, 0xc1, 0xeb, 0x03, /* shr $3, %r11 */
        0x4d, 0x01, 0xd9,       /* add %r11, %r9 */
        0x4c, 0x8d, 0x1c, 0x39, /* lea (%rcx,%rdi), %r11 */
        0x48, 0x8d, 0x0c, 0x51, /* lea (%rcx,%rdx,2), %rcx */
        0x4c, 0x31, 0xd2,       /* xor %r10, %rdx */
        0x4c, 0x31, 0xd8,       /* xor %r11, %rax */
        0x49, 0x89, 0xfb,       /* mov %rdi, %r11 */
        0x49, 0x83, 0xf3, 0x07, /* xor $7, %r11 */
        0x4d, 0x01, 0xda,       /* add %r11, %r10 */
        0x48, 0x83, 0xc7, 0x01, /* add $1, %rdi */
        0x48, 0x39, 0xf7,       /* cmp %rsi, %rdi */
        0x75, 0xcc,             /* jne to the first */
    };
    assert_int_equal((uintptr_t)host_pace_loop_begin % 64, 0);
    assert_int_equal(host_pace_loop_end - host_pace_loop_begin, sizeof step);
    assert_memory_equal(host_pace_loop_begin, step, sizeof step);
#else
    skip();
#endif
}

static void one_step(uint64_t w[6], uint64_t i)
{
    w[0] += w[1] ^ i;
    w[1] += w[2] >> 3;
    w[2] ^= w[3] + i;
    w[3] += w[4] << 1;
    w[4] ^= w[5];
    w[5] += i ^ 7;
}

static void does_the_work_that_it_says(void **state)
{
    (void)state;
    static const uint64_t counts[] = { 1, 2, 3, 64, 2000 };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        uint64_t words[6] = { 1, UINT64_MAX, 3, 1ull << 63, 5, 0x123456789abcdef };
        uint64_t wanted[6];
        memcpy(wanted, words, sizeof wanted);
        for (uint64_t i = 0; i < counts[c]; i++)
            one_step(wanted, i);
        host_pace_loop(words, counts[c]);
        assert_memory_equal(words, wanted, sizeof words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(measures_beside_a_sleeper),
                                        cmocka_unit_test(finish_without_start_or_twice),
                                        cmocka_unit_test(no_such_cpu),
                                        cmocka_unit_test(machine_code_is_the_same),
                                        cmocka_unit_test(does_the_work_that_it_says) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
