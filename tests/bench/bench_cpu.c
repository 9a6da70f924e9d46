/* bench_cpu.c - what the CPU model costs: events and wall time for a simulated second. */
#include "models/cpu_workload.h"
#include "tests/bench/bench.h"

#define SECOND 1000000000LL

struct load {
    enum cpu_work work;
    int64_t quota_ns; /* of each 100 ms */
    int threads;      /* a CPU each */
    int64_t neighbour_weight;
    int64_t duration_ns;
};

static uint64_t events(const struct load *load)
{
    struct cpu_workload_params params;
    struct cpu_workload_result result;

    cpu_workload_defaults(&params);
    params.work = load->work;
    params.group.quota_ns = load->quota_ns;
    params.threads = load->threads;
    params.host.cpus = load->threads;
    params.neighbour_weight = load->neighbour_weight;
    params.duration_ns = load->duration_ns;
    cpu_workload_run(&params, 1, 0, &result);
    uint64_t count = result.events;
    cpu_workload_result_close(&result);
    return count;
}

static double events_per_second(void *context)
{
    const struct load *load = context;

    return (double)events(load) / ((double)load->duration_ns / SECOND);
}

static double ns_per_second(void *context)
{
    const struct load *load = context;
    int64_t start = bench_now_ns();

    events(load);
    return (double)(bench_now_ns() - start) / ((double)load->duration_ns / SECOND);
}

static void report(const char *name, const char *unit, bench_fn *fn, const struct load *load)
{
    struct load copy = *load;

    bench_report(name, unit, BENCH_RUNS, fn, &copy);
}

int main(void)
{
    const struct load spin = { CPU_WORK_SPIN, 20000000, 1, 0, 600 * SECOND };
    const struct load pair = { CPU_WORK_SPIN, 20000000, 2, 0, 600 * SECOND };
    const struct load onoff = { CPU_WORK_ONOFF, 20000000, 1, 0, 100 * SECOND };
    const struct load contended = { CPU_WORK_SPIN, 20000000, 1, 1024, 100 * SECOND };

    report("cpu.spin.events", "1/s", events_per_second, &spin);
    report("cpu.spin.cost", "ns/s", ns_per_second, &spin);
    report("cpu.pair.events", "1/s", events_per_second, &pair);
    report("cpu.pair.cost", "ns/s", ns_per_second, &pair);
    report("cpu.onoff.events", "1/s", events_per_second, &onoff);
    report("cpu.onoff.cost", "ns/s", ns_per_second, &onoff);
    report("cpu.contended.events", "1/s", events_per_second, &contended);
    report("cpu.contended.cost", "ns/s", ns_per_second, &contended);
    return 0;
}
