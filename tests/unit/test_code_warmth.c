/* A process pays the same excess in its life, however its work is cut; the next process pays it
 * again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "experiments/run/settings.h"
#include "models/code_compiler.h"
#include "models/code_warmth.h"
#include "tests/support/push_case.h"

static double paid_in(int stages, double excess, double work_ns, double piece_ns, int pieces)
{
    struct code_warmth warmth = { .excess = excess, .work_ns = work_ns, .stages = stages };
    double sum = 0;
    for (int i = 0; i < pieces; i++)
        sum += piece_ns * code_warmth_factor(&warmth, piece_ns, 0);
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

/* Excess 3 over work of 50: with k stages 3 Q(k, k / 2 t) after 50 t, by hand for one (exp(-t /
 * 2)) and eight (exp(-4) of 1 + 4 + 8 + 10.667 + 10.667 + 8.533 + 5.689 + 3.251); and 300 in all. */
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
        struct code_warmth warmth = {
            .excess = 3, .work_ns = 50e6, .stages = rows[i].stages, .done_ns = 50e6
        };
        assert_true(fabs(code_warmth_factor(&warmth, 0, 0) - 1 - 3 * rows[i].after_50) < 1e-6);
        warmth.done_ns = 200e6;
        assert_true(fabs(code_warmth_factor(&warmth, 0, 0) - 1 - 3 * rows[i].after_200) < 1e-6);
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
    struct code_warmth warmth = { .excess = 3, .work_ns = 50e6, .stages = 2 };
    assert_true(code_warmth_factor(&warmth, 0, 0) == 4);
}

/* All of it comes, however the work is cut; half of it where half of the functions are hot: eight
 * stages of 12.5 each, by hand 1 - Q(8, 8) = 0.547039 after 100, nothing more after 1,000. */
static void compiling_is_due_as_functions_become_hot(void **state)
{
    (void)state;
    static const int pieces[] = { 1, 10, 1000 };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct code_warmth w = { .work_ns = 50e6, .stages = 8, .compile_ns = 60e6 };
        double sum = 0, piece_ns = 100e6 / pieces[i];
        for (int k = 0; k < pieces[i]; k++) {
            sum += code_warmth_compiled(&w, piece_ns);
            assert_true(code_warmth_factor(&w, piece_ns, 0) == 1);
        }
        assert_true(fabs(sum / 60e6 - 0.547039) < 1e-6);
        sum += code_warmth_compiled(&w, 900e6);
        assert_true(fabs(sum / 60e6 - 1) < 1e-9);
        code_warmth_factor(&w, 900e6, 0);
        assert_true(code_warmth_compiled(&w, 100e6) < 1);
        w.work_ns = 0;
        assert_true(code_warmth_compiled(&w, 100e6) == 0);
    }
}

/* By hand, with an excess of 3: compilers that have half of their 60 to do keep half of it; what
 * is not hot yet (all at 0, 0.452961 after 100) is not among that, and all there is is slow but
 * once. */
static void what_waits_for_a_compiler_stays_slow(void **state)
{
    (void)state;
    static const struct {
        double done_ns, left_ns, slow;
    } rows[] = { { 0, 0, 1 },
                 { 0, 30e6, 1 },
                 { 100e6, 0, 0.452961 },
                 { 100e6, 6e6, 0.552961 },
                 { 100e6, 30e6, 0.952961 },
                 { 100e6, 60e6, 1 },
                 { 2000e6, 0, 0 },
                 { 2000e6, 30e6, 0.5 },
                 { 2000e6, 600e6, 1 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct code_warmth w = { .excess = 3,
                                 .work_ns = 50e6,
                                 .stages = 8,
                                 .compile_ns = 60e6,
                                 .done_ns = rows[i].done_ns };
        double factor = code_warmth_factor(&w, 0, rows[i].left_ns);
        assert_true(fabs(factor - 1 - 3 * rows[i].slow) < 1e-5);
    }
}

/* Works through what it gets, in order; a process that died leaves nothing to do. */
static void a_compiler_dies_with_its_process(void **state)
{
    (void)state;
    struct simulation sim;
    struct cpu_host_params host = { .cpus = 1, .tick_ns = 4000000, .slice_ns = 5000000 };
    struct cpu_group_params group = { .period_ns = 100000000, .weight = 1024 };
    struct code_compiler compiler = { NULL };
    code_compiler_kill(&compiler); /* never started */
    simulation_init(&sim);
    struct cpu_host *h = cpu_host_new(&sim, &host, NULL);
    struct cpu_group *g = cpu_group_new(h, &group);
    code_compiler_start(&compiler, g, 0);
    code_compiler_work(&compiler, 0);
    code_compiler_work(&compiler, 3000000);
    code_compiler_work(&compiler, 4000000);
    simulation_run_until(&sim, 50000000);
    assert_int_equal(cpu_group_counters(g).usage_ns, 7000000);
    code_compiler_work(&compiler, 20000000);
    simulation_run_until(&sim, 55000000);
    code_compiler_kill(&compiler);
    code_compiler_kill(&compiler);
    simulation_run_until(&sim, 200000000);
    assert_in_range(cpu_group_counters(g).usage_ns, 12000000, 12000001);
    cpu_host_free(h);
    simulation_close(&sim);
}

static double figure(const struct parameters *p, const char *name)
{
    struct run_record record;
    push_case_run(p, 3, &record);
    double value = run_record_value(&record, name);
    run_record_close(&record);
    return value;
}

/* What a split process gives its compilers while fan-outs go to so many: by when half of what
 * comes late is there, and all of it. */
struct late_times {
    double half, all; /* messages */
    double sum_ns;
    bool after; /* the first of it comes when the writes are done */
};

static struct late_times late_of(enum push_protocol protocol, double connections)
{
    struct code_warmth warmth = { 0 };
    struct late_times times = { 0 };
    code_warmth_split(&warmth, protocol, 100e6);
    double late_ns = 100e6 - warmth.compile_ns;
    for (double sent = 0; sent < 20000; sent += connections) {
        double before_ns = times.sum_ns, begun_ns = code_warmth_late(&warmth, connections);
        double ended_ns = code_warmth_later(&warmth);
        times.sum_ns += begun_ns + ended_ns;
        if (before_ns == 0 && times.sum_ns > 0)
            times.after = begun_ns == 0;
        if (before_ns < late_ns / 2 && times.sum_ns >= late_ns / 2)
            times.half = sent;
        if (times.sum_ns > before_ns)
            times.all = sent;
    }
    assert_true(fabs(times.sum_ns - late_ns) < 1);
    return times;
}

/* The counts of the traces that the header tells of: of the last function, by clients. */
static void late_functions_come_once_and_late(void **state)
{
    (void)state;
    static const struct {
        double clients, last;
    } rows[] = { { 15, 5745 }, { 100, 6700 }, { 480, 7200 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct late_times sse = late_of(PROTOCOL_SSE, rows[i].clients);
        struct late_times ws = late_of(PROTOCOL_WEBSOCKET, rows[i].clients);
        print_message("%g clients: %g, %g\n", rows[i].clients, sse.all, ws.all);
        assert_true(fabs(sse.all / rows[i].last - 1) < 0.15 && sse.half == sse.all);
        assert_true(fabs(ws.all / rows[i].last - 1) < 0.15 && ws.half < ws.all);
        assert_true(sse.sum_ns > 7e6 && sse.sum_ns < 10e6); /* of 90 to 105 ms */
        assert_true(ws.sum_ns > 25e6 && ws.sum_ns < 40e6);  /* 28 to 33 of 84 to 88 */
        assert_true(!sse.after && ws.after);
    }
    struct code_warmth whole = { .compile_ns = 100e6 };
    assert_true(code_warmth_late(&whole, 1e6) == 0 && code_warmth_late(&whole, 1) == 0);
    assert_true(code_warmth_later(&whole) == 0);
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
    p.cost.mark_bytes = 0;
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
        double before = figure(&p, "cpu.used");
        p.cost.code_excess = 3;
        p.cost.code_work_ns = 7.5e6;
        double after = figure(&p, "cpu.used");
        assert_true(fabs((after - before) / 45e-3 - 1) < 0.02);
    }
}

/* A process that is started again pays it again. */
static void a_new_process_is_cold(void **state)
{
    (void)state;
    struct parameters p = node_server();
    p.fault.crash_at_ns = 5000000000;
    double before = figure(&p, "cpu.used");
    p.cost.code_excess = 3;
    p.cost.code_work_ns = 2.5e6;
    double after = figure(&p, "cpu.used");
    assert_true(fabs((after - before) / 30e-3 - 1) < 0.05);
}

/* Compilers cost the CPU time that they are said to; beside the loop they delay nothing, on its
 * CPU they do, and so they do where they use up its quota. */
static void compilers_share_the_quota(void **state)
{
    (void)state;
    static const struct {
        int64_t cpus, quota_ns;
        bool delays;
    } rows[] = { { 2, 200000000, false }, { 1, 100000000, true }, { 2, 8000000, true } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct parameters p = node_server();
        p.host.cpus = rows[i].cpus;
        p.cpu.quota_ns = rows[i].quota_ns;
        p.cost.code_work_ns = 10e6;
        double cpu = figure(&p, "cpu.used"), mean = figure(&p, "delivery.mean");
        p.cost.code_compile_ns = 200e6;
        assert_true(fabs((figure(&p, "cpu.used") - cpu) / 200e-3 - 1) < 0.01);
        double later = figure(&p, "delivery.mean") / mean;
        assert_true(rows[i].delays ? later > 1.02 : fabs(later - 1) < 1e-6);
    }
}

/* A slow start and its compilers cost as much together as each by itself where nothing keeps the
 * compilers waiting, and more where they share a quota with the loop. */
static void a_limit_makes_the_start_dearer(void **state)
{
    (void)state;
    static const struct {
        int64_t cpus, quota_ns;
        double least, most;
    } rows[] = { { 2, 200000000, 1, 1.1 }, { 1, 6000000, 1.05, 2 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double used[4];
        for (int k = 0; k < 4; k++) {
            struct parameters p = node_server();
            p.host.cpus = rows[i].cpus;
            p.cpu.quota_ns = rows[i].quota_ns;
            p.cost.code_work_ns = 2e6;
            p.cost.code_excess = k & 1 ? 10 : 0;
            p.cost.code_compile_ns = k & 2 ? 60e6 : 0;
            used[k] = figure(&p, "cpu.used");
        }
        double together = used[3] - used[0], apart = used[1] + used[2] - 2 * used[0];
        print_message("%.0f ms together, %.0f apart\n", 1e3 * together, 1e3 * apart);
        assert_true(together > apart * rows[i].least - 1e-3 && together < apart * rows[i].most);
    }
}

/* The first publish of each process alone pays for parsing. */
static void a_process_parses_once(void **state)
{
    (void)state;
    struct parameters p = node_server();
    double cpu = figure(&p, "cpu.used"), max = figure(&p, "delivery.max");
    p.cost.code_parse_ns = 40e6;
    assert_true(fabs((figure(&p, "cpu.used") - cpu) / 40e-3 - 1) < 0.01);
    assert_true(fabs((figure(&p, "delivery.max") - max) / 40e-3 - 1) < 0.02);
    p.cost.code_parse_ns = 0;
    p.fault.crash_at_ns = 5000000000;
    cpu = figure(&p, "cpu.used");
    p.cost.code_parse_ns = 40e6;
    assert_true(fabs((figure(&p, "cpu.used") - cpu) / 80e-3 - 1) < 0.01);
}

/* 100 connections cost 10 us more each in the first fan-out, 5 in the second, ..: 2 ms in all,
 * whatever the size of a message; other threads 15 us each, then 7.5, ..: 30 in all. A new process
 * pays both again. */
static void connections_are_dearer_at_first(void **state)
{
    (void)state;
    static const int64_t crash_at_ns[] = { -1, 5000000000 };
    static const int64_t bytes[] = { 100, 16384 };
    for (int i = 0; i < 4; i++) {
        struct parameters p = node_server();
        p.fault.crash_at_ns = crash_at_ns[i / 2];
        p.workload.payload_bytes = bytes[i % 2];
        p.cost.by_protocol[p.server.protocol].write_kib_ns = 500;
        p.host.cpus = 2;
        double cpu = figure(&p, "cpu.used"), processes = 1 + i / 2;
        p.cost.code_first_ns = 10e3;
        double first = figure(&p, "cpu.used") - cpu;
        p.cost.code_connection_ns = 30e3;
        double both = figure(&p, "cpu.used") - cpu;
        assert_true(fabs(first / (2e-3 * processes) - 1) < 0.02);
        double others = (both - first) / 3e-3;
        assert_true(fabs(others / processes - 1) < 0.02);
    }
}

/* 60 us for each connection, but only where 3.9 MB are kept: by 5 kB each from 780 on. */
static void a_small_heap_is_not_marked(void **state)
{
    (void)state;
    struct parameters p = node_server();
    p.cost.by_protocol[p.server.protocol].kept_bytes = 5000;
    p.cost.mark_bytes = 3900000;
    p.clients = 779;
    double cpu_s = figure(&p, "cpu.used");
    p.cost.code_connection_ns = 2 * (p.cost.code_first_ns = 15e3);
    assert_true(figure(&p, "cpu.used") == cpu_s);
    p.clients = 780;
    double more_s = figure(&p, "cpu.used") - cpu_s * 780 / 779;
    assert_true(fabs(more_s / (780 * 60e-6) - 1) < 0.02);
}

/* 2 s of collecting in all: what a process that dies after 0.3 s had left is not done, the next
 * one has its own. */
static void collectors_die_with_their_process(void **state)
{
    (void)state;
    struct parameters p = node_server();
    p.fault.crash_at_ns = 300000000;
    p.host.cpus = 2;
    p.cost.code_connection_ns = 20e6;
    double beside = figure(&p, "cpu.used.beside");
    print_message("%.2f s\n", beside);
    assert_true(beside > 2 && beside < 2.5);
}

/* Split or not, a long run compiles all of it; one of fewer deliveries has what comes late left.
 * It is 60 ms in all, 33 % late for WebSocket, 8.5 % for SSE. The first tenth follows the writes
 * of the 25th publish, not the begin of a 26th. A new process has it to do again; this one
 * delivers 10,000 messages before it dies, and its successor some 4,000. */
static void what_comes_late_is_part_of_it(void **state)
{
    (void)state;
    static const struct {
        double rate_hz, share[PROTOCOLS];
        int64_t crash_at_ns;
    } rows[] = { { 20, { 1, 1 }, -1 },
                 { 2, { 0.915, 0.67 }, -1 },
                 { 2.5, { 0.915, 0.77 }, -1 },
                 { 20, { 1.915, 1.82 }, 5000000000 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
            struct parameters p = node_server();
            p.server.protocol = (enum push_protocol)protocol;
            p.workload.phase[0].rate_hz = rows[i].rate_hz;
            p.fault.crash_at_ns = rows[i].crash_at_ns;
            p.cost.by_protocol[protocol].settle_ns = 1000;
            p.cost.code_work_ns = 1e6;
            p.cost.code_compile_ns = 60e6;
            p.cost.code_late = true;
            double beside = figure(&p, "cpu.used.beside");
            print_message("%.4f s\n", beside);
            assert_true(fabs(beside / 60e-3 - rows[i].share[protocol]) < 0.01);
        }
}

/* Cold for as many calls on a host of half the pace: all of it costs twice as much. */
static void a_slow_host_is_cold_as_many_calls(void **state)
{
    (void)state;
    struct parameters p = node_server();
    p.cost.pace_base.step_ns = p.cost.pace.step_ns = p.cost.pace_power = 1;
    double excess[2];
    for (int slow = 0; slow < 2; slow++) {
        p.cost.pace.step_ns = 1 + slow;
        p.cost.code_excess = p.cost.code_compile_ns = p.cost.code_parse_ns = 0;
        double before = figure(&p, "cpu.used");
        p.cost.code_excess = 3;
        p.cost.code_work_ns = 7.5e6;
        p.cost.code_compile_ns = 60e6;
        p.cost.code_parse_ns = 10e6;
        excess[slow] = figure(&p, "cpu.used") - before;
    }
    assert_true(fabs(excess[0] / 115e-3 - 1) < 0.02);
    assert_true(fabs(excess[1] / excess[0] - 2) < 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pieces_do_not_matter),
                                        cmocka_unit_test(stages_sharpen_the_end),
                                        cmocka_unit_test(nothing_without_it),
                                        cmocka_unit_test(
                                            compiling_is_due_as_functions_become_hot),
                                        cmocka_unit_test(a_compiler_dies_with_its_process),
                                        cmocka_unit_test(what_waits_for_a_compiler_stays_slow),
                                        cmocka_unit_test(compilers_share_the_quota),
                                        cmocka_unit_test(a_limit_makes_the_start_dearer),
                                        cmocka_unit_test(a_process_parses_once),
                                        cmocka_unit_test(connections_are_dearer_at_first),
                                        cmocka_unit_test(a_small_heap_is_not_marked),
                                        cmocka_unit_test(collectors_die_with_their_process),
                                        cmocka_unit_test(late_functions_come_once_and_late),
                                        cmocka_unit_test(what_comes_late_is_part_of_it),
                                        cmocka_unit_test(a_slow_host_is_cold_as_many_calls),
                                        cmocka_unit_test(a_run_pays_the_excess_once),
                                        cmocka_unit_test(a_new_process_is_cold) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
