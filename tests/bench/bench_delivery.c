/* bench_delivery.c - simulated deliveries a second of CPU time, set-up and all metrics and blame
 * included:
 *   delivery.uniform   10,000 connections at one cost: ranges
 *   delivery.mixed     every connection at its own pace: each callback and delivery has its own time
 *   delivery.mixed_1m  the same for a million connections; setup_1m: its fixed part, s
 *   delivery.stalling  as mixed, and every client stops reading for 5 s once in 50 s on average
 */
#include "models/push_run.h"
#include "tests/bench/bench.h"
#include "tests/support/push_case.h"

struct load {
    int64_t clients;
    double rate_hz;
    int64_t duration_s;
    double pace_cv; /* > 0: every connection at its own pace */
    double stall_hz;
};

static void use(struct parameters *p, const struct load *load)
{
    *p = push_case_plain();
    p->clients = load->clients;
    p->class_count = 1;
    p->classes[0] = (struct client_class){ .share = 1,
                                           .stall_rate_hz = load->stall_hz,
                                           .stall_ns = INT64_C(5000000000) };
    p->cost.noise_cv = 0.1;
    p->cost.connection_cv = load->pace_cv;
    p->cost.warm_saturation_ns = 2.5e6;
    p->cost.warm_time_ns = 3e7;
    p->workload.arrivals = ARRIVAL_POISSON;
    p->workload.drain_ns = INT64_C(100000000000);
    p->workload.phase[0].rate_hz = load->rate_hz;
    p->workload.phase[0].duration_ns = load->duration_s * INT64_C(1000000000);
}

/* Runs it; returns the CPU time, s. */
static double run_s(const struct load *load, double *delivered)
{
    struct parameters p;
    struct schedule s;
    struct run_record r;
    int64_t start = bench_cpu_ns();
    use(&p, load);
    schedule_build(&s, &p, 1, 0);
    run_record_init(&r);
    push_run(&p, &s, 1, 0, &r);
    *delivered = run_record_value(&r, "delivered");
    run_record_close(&r);
    schedule_close(&s);
    return (double)(bench_cpu_ns() - start) / 1e9;
}

static double per_second(void *context)
{
    double delivered, s = run_s(context, &delivered);
    return delivered / s;
}

static double seconds(void *context)
{
    double delivered;
    return run_s(context, &delivered);
}

int main(void)
{
    struct load uniform = { 10000, 2, 3000, 0, 0 };
    struct load mixed = { 10000, 2, 1000, 0.3, 0 };
    struct load million = { 1000000, 0.02, 3000, 0.3, 0 };
    struct load silent = { 1000000, 0, 1000, 0.3, 0 };
    struct load stalling = { 10000, 2, 100, 0.3, 0.02 };
    bench_report("delivery.uniform", "1/s", BENCH_RUNS, per_second, &uniform);
    bench_report("delivery.mixed", "1/s", BENCH_RUNS, per_second, &mixed);
    bench_report("delivery.mixed_1m", "1/s", BENCH_RUNS, per_second, &million);
    bench_report("delivery.setup_1m", "s", BENCH_RUNS, seconds, &silent);
    bench_report("delivery.stalling", "1/s", BENCH_RUNS, per_second, &stalling);
    return 0;
}
