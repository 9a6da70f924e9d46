/* bench_delivery.c - simulated deliveries a second of wall time, all metrics and blame on: ranges
 * of connections in the same state, and every connection an entry of its own at its own cost. And
 * how much faster than real time a server of 500 connections runs. */
#include "models/push_run.h"
#include "tests/bench/bench.h"
#include "tests/support/push_case.h"

struct load {
    int64_t clients;
    double rate_hz;
    int64_t duration_ns;
    int64_t quota_ns; /* of each 100 ms; 0 = no limit */
    double pace_cv;   /* > 0: every connection at its own pace, an entry of its own */
};

/* Runs it; returns the deliveries. */
static double deliveries(const struct load *load)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    struct run_record r;
    p.clients = load->clients;
    p.cpu.quota_ns = load->quota_ns;
    p.cost.noise_cv = 0.1;
    p.cost.connection_cv = load->pace_cv;
    p.cost.warm_saturation_ns = 2.5e6;
    p.cost.warm_time_ns = 3e7;
    p.workload.arrivals = ARRIVAL_POISSON;
    p.workload.drain_ns = INT64_C(100000000000);
    p.workload.phase[0].rate_hz = load->rate_hz;
    p.workload.phase[0].duration_ns = load->duration_ns;
    schedule_build(&s, &p, 1, 0);
    run_record_init(&r);
    push_run(&p, &s, 1, 0, &r);
    double delivered = run_record_value(&r, "delivered");
    run_record_close(&r);
    schedule_close(&s);
    return delivered;
}

static double per_second(void *context)
{
    int64_t start = bench_now_ns();
    double delivered = deliveries(context);
    return delivered / (double)(bench_now_ns() - start) * 1e9;
}

static double times_real(void *context)
{
    const struct load *load = context;
    int64_t start = bench_now_ns();
    deliveries(load);
    return (double)load->duration_ns / (double)(bench_now_ns() - start);
}

int main(void)
{
    const int64_t second = 1000000000;
    struct load uniform = { 10000, 2, 600 * second, 0, 0 };
    struct load mixed = { 10000, 2, 100 * second, 0, 0.3 };
    struct load million = { 1000000, 0.02, 150 * second, 0, 0.3 };
    struct load fastapi = { 500, 10, 600 * second, 20000000, 0 };
    bench_report("delivery.uniform", "1/s", BENCH_RUNS, per_second, &uniform);
    bench_report("delivery.mixed", "1/s", BENCH_RUNS, per_second, &mixed);
    bench_report("delivery.mixed_1m", "1/s", BENCH_RUNS, per_second, &million);
    bench_report("sim.realtime_ratio", "1", BENCH_RUNS, times_real, &fastapi);
    return 0;
}
