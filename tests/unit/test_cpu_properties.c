/* What holds for every configuration of the CPU model: random ones, the seed printed on failure.
 *
 * Credit is what may still be run: pool + what the CPUs hold. Between refills it only shrinks by
 * the time run, so bounds on any window follow from it:
 *   above: a window opens with at most quota + burst in the pool and a slice on each CPU; each
 *          refill inside adds a quota; and it may end in debt: a tick a CPU (once, for a debt is
 *          repaid before anything else runs). Quota + burst + a tick for each refill crossed is
 *          too little: since Linux 5.4 a slice does not expire (Documentation/scheduler/
 *          sched-bwc.rst), so what a CPU took just before a refill comes on top of the full pool;
 *          test_the_bound_is_reached has 7 + 7 ms allowed and 18 ms run after a refill;
 *   below: the supply bound of the periodic resource model (Shin, Lee, RTSS 2003; for several
 *          CPUs: Shin, Easwaran, Lee, ECRTS 2008), less the debt the window may open with.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "models/cpu_internal.h"
#include "tests/support/cpu_trace.h"

#define CASES 1500
#define SEED  20240611
#define EVER  (1000 * 1000 * MS)

struct scenario {
    struct cpu_host_params host;
    struct cpu_group_params group;
    int threads;
    int64_t on_ns[6], off_ns[6]; /* off 0: spins */
    int64_t neighbour_weight;    /* 0: none */
    int64_t until_ns;
};

static int64_t between(struct random_stream *rs, int64_t low, int64_t high)
{
    return low + (int64_t)(random_stream_uniform(rs) * (double)(high - low + 1));
}

static struct scenario draw(struct random_stream *rs, bool spin)
{
    static const int64_t ticks_us[] = { 1000, 3333, 4000, 10000 };
    struct scenario s = { .host = cpu_trace_host((int)between(rs, 1, 3)) };

    s.host.tick_ns = ticks_us[between(rs, 0, 3)] * 1000;
    s.host.slice_ns = between(rs, 1, 10) * MS;
    s.host.hrtick = between(rs, 0, 4) == 0;
    s.host.generation = between(rs, 0, 1);
    s.host.wake_latency_ns = between(rs, 0, 1) * 80000;
    s.group.period_ns = between(rs, 2, 100) * MS;
    s.group.quota_ns = between(rs, MS, s.group.period_ns * s.host.cpus);
    s.group.burst_ns = between(rs, 0, 1) * between(rs, 0, s.group.quota_ns);
    s.group.weight = between(rs, 2, 4096);
    s.threads = (int)between(rs, 1, 6);
    for (int i = 0; i < s.threads; i++) {
        s.on_ns[i] = between(rs, 20000, 9 * MS);
        s.off_ns[i] = spin ? 0 : between(rs, 0, 3) * between(rs, 10000, 12 * MS);
    }
    s.until_ns = 20 * s.group.period_ns + between(rs, 0, s.group.period_ns);
    return s;
}

static void start(struct cpu_trace *trace, const struct scenario *s, struct random_stream *rs)
{
    struct cpu_group_params none = { .weight = s->neighbour_weight, .period_ns = MS };

    cpu_trace_init(trace, &s->host, &s->group, rs);
    for (int i = 0; i < s->threads; i++)
        cpu_trace_add(trace, trace->group, i % s->host.cpus,
                      s->off_ns[i] == 0 ? EVER : s->on_ns[i], EVER, s->off_ns[i]);
    for (int i = 0; s->neighbour_weight > 0 && i < s->host.cpus; i++)
        cpu_trace_add(trace, cpu_group_new(trace->host, &none), i, EVER, EVER, 0);
}

static void init_stream(struct random_stream *rs, uint32_t number)
{
    random_stream_init(rs, SEED, number, 0, 0);
}

/* Refills strictly inside (from, to]. */
static int64_t refills(const struct cpu_trace *trace, int64_t from_ns, int64_t to_ns)
{
    int64_t period_ns = trace->group->params.period_ns;
    int64_t next_ns = trace->group->bandwidth.refill_at_ns;
    int64_t last = (to_ns - next_ns) / period_ns, first = (from_ns - next_ns) / period_ns;

    if (to_ns < next_ns && (to_ns - next_ns) % period_ns != 0)
        last--;
    if (from_ns < next_ns && (from_ns - next_ns) % period_ns != 0)
        first--;
    return last - first;
}

/* The instant at which one of the threads starts or stops: where the extreme windows begin. */
static int64_t corner(const struct cpu_trace *trace, int threads, struct random_stream *rs,
                      bool end)
{
    const struct cpu_trace_thread *t = &trace->threads[between(rs, 0, threads - 1)];

    if (t->count == 0)
        return between(rs, 0, trace->sim.now_ns);
    const struct cpu_stretch *s = &t->ran[between(rs, 0, (int64_t)t->count - 1)];
    return end ? s->to_ns : s->from_ns;
}

static void check_above(const struct cpu_trace *trace, const struct scenario *s,
                        struct random_stream *rs, uint32_t number)
{
    int64_t tick_ns = s->host.hrtick ? 0 : s->host.tick_ns;

    for (int i = 0; i < 40; i++) {
        int64_t a = corner(trace, s->threads, rs, false),
                b = corner(trace, s->threads, rs, true);
        int64_t from_ns = a < b ? a : b, to_ns = a < b ? b : a;
        int64_t supply_ns = cpu_trace_supply(trace, s->threads, from_ns, to_ns);
        int64_t bound_ns = s->group.burst_ns +
                           (1 + refills(trace, from_ns, to_ns)) * s->group.quota_ns +
                           s->host.cpus * (s->host.slice_ns + tick_ns);

        if (supply_ns > bound_ns)
            fail_msg("seed %d case %u: [%lld, %lld): %lld > %lld", SEED, number,
                     (long long)from_ns, (long long)to_ns, (long long)supply_ns,
                     (long long)bound_ns);
    }
}

static void test_never_more_than_the_quota_allows(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cpu_trace trace;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, false);
        start(&trace, &s, &rs);
        simulation_run_until(&trace.sim, s.until_ns);
        check_above(&trace, &s, &rs, number);
        cpu_trace_close(&trace);
    }
}

/* A quota saved up, a slice taken just before the refill, a tick begun with 1 ns left. */
static void test_the_bound_is_reached(void **state)
{
    static const struct cpu_group_params limit = { 7 * MS, 100 * MS, 7 * MS, 1024 };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    simulation_run_until(&trace.sim, 248 * MS - 1); /* 14 ms in the pool */
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 340 * MS);
    /* 248 ms: takes 5 ms, owing nothing yet; 250 ms: 9 + 5 are 14 again, and 3 ms are held */
    int64_t bound_ns = limit.quota_ns * 2 + 5 * MS + 4 * MS;
    int64_t supply_ns = cpu_trace_supply(&trace, 1, 248 * MS - 1, 340 * MS);
    assert_in_range(bound_ns - supply_ns, 0, 4 * MS);
    assert_int_equal(t->count, 1);
    /* From the refill on, with no other crossed: 3 held, 14 in the pool, 1 to the next tick. */
    assert_int_equal(cpu_trace_supply(&trace, 1, 250 * MS, 340 * MS), (3 + 14 + 1) * MS);
    cpu_trace_close(&trace);
}

/* A CPU is throttled only while the pool is empty, or holds what a sleeper just gave back: at
 * most a slice, or until the slack timer (off in the last 7 ms of a period) hands it out. */
static void check_nothing_idle(const struct cpu_trace *trace, bool spin, uint32_t number)
{
    const struct cpu_bandwidth *b = &trace->group->bandwidth;
    bool slack = b->pool_ns > b->slice_ns && !b->slack_active &&
                 b->refill_at_ns - trace->sim.now_ns >= 7 * MS;

    if (b->waiting > 0 && (spin ? b->pool_ns > 0 : slack))
        fail_msg("seed %d case %u: at %lld throttled with %lld in the pool", SEED, number,
                 (long long)trace->sim.now_ns, (long long)b->pool_ns);
}

static void test_no_time_is_lost_while_the_pool_has_some(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cpu_trace trace;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, number % 2 == 0);
        start(&trace, &s, &rs);
        while (trace.sim.now_ns < s.until_ns && simulation_step(&trace.sim))
            check_nothing_idle(&trace, number % 2 == 0, number);
        cpu_trace_close(&trace);
    }
}

/* The least that a multiprocessor periodic resource (period, quota, m CPUs) gives in a window:
 * the window opens when a quota was just used up as early as possible, by all m at once. */
static int64_t supply_bound(int64_t quota_ns, int64_t period_ns, int m, int64_t window_ns)
{
    int64_t after_ns = window_ns - (period_ns - (quota_ns + m - 1) / m);

    if (after_ns < 0)
        return 0;
    int64_t rest_ns = m * (after_ns % period_ns) - (m * period_ns - quota_ns);
    return after_ns / period_ns * quota_ns + (rest_ns > 0 ? rest_ns : 0);
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Time run since the last tick is charged after the refill, to the next quota; meanwhile the pool
 * is full and the refill runs over. So a CPU that was never throttled in a period draws only what
 * its ticks saw, less the slice it held: a quota above that is partly lost, on Linux as here. */
static void make_every_quota_drawn(struct scenario *s)
{
    int64_t unseen_ns = s->host.slice_ns + (s->host.hrtick ? 0 : s->host.tick_ns);
    int64_t most_ns;

    s->group.period_ns += unseen_ns;
    most_ns = (s->group.period_ns - unseen_ns) * min_int(s->threads, s->host.cpus);
    if (s->group.quota_ns > most_ns)
        s->group.quota_ns = most_ns;
    s->until_ns = 20 * s->group.period_ns;
}

/* Spinning threads with the CPUs to themselves. A window may open with a debt of a tick on each
 * CPU, which the time before it has had. */
static void test_never_less_than_the_periodic_resource(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cpu_trace trace;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, true);
        int64_t debt_ns = s.host.hrtick ? 0 : s.host.tick_ns;
        int cpus = min_int(s.threads, s.host.cpus);
        make_every_quota_drawn(&s);
        start(&trace, &s, &rs);
        simulation_run_until(&trace.sim, s.until_ns);
        for (int i = 0; i < 40; i++) {
            int64_t from_ns = corner(&trace, s.threads, &rs, true);
            int64_t to_ns = between(&rs, from_ns, s.until_ns - 100000);
            int64_t supply_ns = cpu_trace_supply(&trace, s.threads, from_ns, to_ns);
            int64_t bound_ns =
                supply_bound(s.group.quota_ns, s.group.period_ns, cpus, to_ns - from_ns);

            /* the last stretch is reported when it ends: count what still runs */
            for (uint64_t left = trace.group->running; left != 0; left &= left - 1) {
                const struct cpu *cpu = &trace.host->cpus[__builtin_ctzll(left)];
                int64_t since_ns =
                    cpu->worked_from_ns > from_ns ? cpu->worked_from_ns : from_ns;

                supply_ns += to_ns > since_ns ? to_ns - since_ns : 0;
            }
            if (supply_ns < bound_ns - cpus * debt_ns)
                fail_msg("seed %d case %u: [%lld, %lld): %lld < %lld - %d x %lld", SEED, number,
                         (long long)from_ns, (long long)to_ns, (long long)supply_ns,
                         (long long)bound_ns, cpus, (long long)debt_ns);
        }
        cpu_trace_close(&trace);
    }
}

/* 100 periods of demand above supply give 100 quotas, but for the two ends. */
static void test_long_run_supply_is_the_quota(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES / 3; number++) {
        struct random_stream rs;
        struct cpu_trace trace;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, true);
        int cpus = min_int(s.threads, s.host.cpus);
        make_every_quota_drawn(&s);
        s.group.burst_ns = 0;
        start(&trace, &s, &rs);
        simulation_run_until(&trace.sim, 10 * s.group.period_ns);
        int64_t before_ns = cpu_group_counters(trace.group).usage_ns;
        simulation_run_until(&trace.sim, 110 * s.group.period_ns);
        int64_t used_ns = cpu_group_counters(trace.group).usage_ns - before_ns;
        int64_t ends_ns =
            s.group.quota_ns + cpus * (s.host.slice_ns + (s.host.hrtick ? 0 : s.host.tick_ns));
        if (llabs(used_ns - 100 * s.group.quota_ns) > ends_ns)
            fail_msg("seed %d case %u: %lld of %lld", SEED, number, (long long)used_ns,
                     (long long)(100 * s.group.quota_ns));
        cpu_trace_close(&trace);
    }
}

static void compare_traces(const struct cpu_trace *a, const struct cpu_trace *b, int threads,
                           uint32_t number)
{
    struct cpu_counters x = cpu_group_counters(a->group), y = cpu_group_counters(b->group);

    if (memcmp(&x, &y, sizeof x) != 0)
        fail_msg("seed %d case %u: counters differ", SEED, number);
    for (int i = 0; i < threads; i++) {
        const struct cpu_trace_thread *t = &a->threads[i], *u = &b->threads[i];
        size_t count = t->count < u->count ? t->count : u->count;

        /* the very last stretch is known only as far as it was reported */
        for (size_t j = 0; j + 1 < count; j++)
            if (t->ran[j].from_ns != u->ran[j].from_ns || t->ran[j].to_ns != u->ran[j].to_ns)
                fail_msg("seed %d case %u: thread %d, stretch %zu", SEED, number, i, j);
    }
}

/* Every second case has caches that go cold, every fourth pays for it along with the work. */
static void go_cold(struct cpu_trace *trace, int threads, uint32_t number)
{
    const struct cache_warmth warmth = {
        .saturation_ns = number % 2 * (100000 + number * 1000LL),
        .time_ns = number % 7 * 3 * MS,
        .work_ns = number % 4 / 2 * (50000 + number * 3000LL),
    };

    for (int i = 0; i < threads; i++)
        cpu_thread_set_warmth(trace->threads[i].thread, &warmth);
}

/* One demand of N or many small ones that follow at once: the same stretches, the same counters,
 * the same work. */
static void test_splitting_the_demand_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES / 3; number++) {
        struct random_stream rs, again;
        struct cpu_trace whole, split;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, true);
        s.neighbour_weight = between(&rs, 0, 1) * between(&rs, 2, 4096);
        again = rs;
        start(&whole, &s, &rs);
        cpu_trace_init(&split, &s.host, &s.group, &again);
        for (int i = 0; i < s.threads; i++)
            cpu_trace_add(&split, split.group, i % s.host.cpus, s.on_ns[i], EVER, 0);
        struct cpu_group_params none = { .weight = s.neighbour_weight, .period_ns = MS };
        for (int i = 0; s.neighbour_weight > 0 && i < s.host.cpus; i++)
            cpu_trace_add(&split, cpu_group_new(split.host, &none), i, EVER, EVER, 0);
        go_cold(&whole, s.threads, number);
        go_cold(&split, s.threads, number);
        simulation_run_until(&whole.sim, s.until_ns);
        simulation_run_until(&split.sim, s.until_ns);
        compare_traces(&whole, &split, s.threads, number);
        cpu_trace_close(&whole);
        cpu_trace_close(&split);
    }
}

/* On a host where the neighbour spins, every CPU is busy all the time, and what a group was given
 * is what its threads were told of. */
static void test_time_is_conserved(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES / 3; number++) {
        struct random_stream rs;
        struct cpu_trace trace;
        int64_t sum_ns = 0;

        init_stream(&rs, number);
        struct scenario s = draw(&rs, false);
        s.neighbour_weight = between(&rs, 2, 4096);
        start(&trace, &s, &rs);
        simulation_run_until(&trace.sim, s.until_ns);
        for (struct cpu_group *g = trace.host->groups; g != NULL; g = g->next)
            sum_ns += cpu_group_counters(g).usage_ns;
        int64_t idle_ns = s.until_ns * s.host.cpus - sum_ns;
        if (idle_ns != s.host.wake_latency_ns * s.host.cpus && idle_ns > 80000 * s.host.cpus)
            fail_msg("seed %d case %u: idle for %lld", SEED, number, (long long)idle_ns);
        cpu_trace_close(&trace);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_never_more_than_the_quota_allows),
        cmocka_unit_test(test_the_bound_is_reached),
        cmocka_unit_test(test_no_time_is_lost_while_the_pool_has_some),
        cmocka_unit_test(test_never_less_than_the_periodic_resource),
        cmocka_unit_test(test_long_run_supply_is_the_quota),
        cmocka_unit_test(test_splitting_the_demand_changes_nothing),
        cmocka_unit_test(test_time_is_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
