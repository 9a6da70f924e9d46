/* cpu_summary.c - see cpu_summary.h. */
#include "analysis/cpu_summary.h"

#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "sim/error.h"

static void pool_samples(struct cpu_samples *into, const struct cpu_samples *more)
{
    for (size_t i = 0; i < more->count; i++)
        cpu_samples_add(into, more->ns[i]);
}

void cpu_summary_pool(struct cpu_workload_result *into, const struct cpu_workload_result *more)
{
    pool_samples(&into->runs, &more->runs);
    pool_samples(&into->stalls, &more->stalls);
    pool_samples(&into->late, &more->late);
    into->counters.usage_ns += more->counters.usage_ns;
    into->counters.throttled_ns += more->counters.throttled_ns;
    into->counters.periods += more->counters.periods;
    into->counters.throttled += more->counters.throttled;
    into->elapsed_ns += more->elapsed_ns;
    into->work_ns += more->work_ns;
    into->events += more->events;
}

static void series_init(struct cpu_series *s, const struct cpu_samples *samples)
{
    size_t n = samples->count;
    *s = (struct cpu_series){
        .count = n, .mean = NAN, .sd = NAN, .p10 = NAN, .p50 = NAN, .p90 = NAN, .p99 = NAN
    };
    if (n == 0)
        return;
    s->ms = mem_alloc(n * sizeof *s->ms);
    for (size_t i = 0; i < n; i++)
        s->ms[i] = (double)samples->ns[i] / 1e6;
    gsl_sort(s->ms, 1, n);
    s->mean = gsl_stats_mean(s->ms, 1, n);
    s->sd = n > 1 ? gsl_stats_sd(s->ms, 1, n) : NAN;
    s->p10 = gsl_stats_quantile_from_sorted_data(s->ms, 1, n, 0.10);
    s->p50 = gsl_stats_quantile_from_sorted_data(s->ms, 1, n, 0.50);
    s->p90 = gsl_stats_quantile_from_sorted_data(s->ms, 1, n, 0.90);
    s->p99 = gsl_stats_quantile_from_sorted_data(s->ms, 1, n, 0.99);
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

void cpu_summary_init(struct cpu_summary *summary, const struct cpu_workload_result *r)
{
    series_init(&summary->run, &r->runs);
    series_init(&summary->stall, &r->stalls);
    series_init(&summary->late, &r->late);
    summary->periods = r->counters.periods;
    summary->throttled = r->counters.throttled;
    summary->throttled_share =
        ratio((double)r->counters.throttled, (double)r->counters.periods);
    summary->cpu_share = ratio((double)r->counters.usage_ns, (double)r->elapsed_ns);
    summary->cost = ratio((double)r->counters.usage_ns, (double)r->work_ns);
}

void cpu_summary_close(struct cpu_summary *summary)
{
    free(summary->run.ms);
    free(summary->stall.ms);
    free(summary->late.ms);
}

/* Walks both samples in order of value; between two neighbouring values the distribution
 * functions are constant, i / n and j / m. */
double cpu_summary_wasserstein(const double *a, size_t n, const double *b, size_t m)
{
    double area = 0, at = 0;
    if (n == 0 || m == 0)
        return NAN;
    for (size_t i = 0, j = 0; i < n || j < m;) {
        bool from_a = j == m || (i < n && a[i] <= b[j]);
        double next = from_a ? a[i] : b[j];
        if (i + j > 0)
            area += fabs((double)i / (double)n - (double)j / (double)m) * (next - at);
        at = next;
        from_a ? i++ : j++;
    }
    return area;
}

static double series_distance(const struct cpu_series *a, const struct cpu_series *b)
{
    return cpu_summary_wasserstein(a->ms, a->count, b->ms, b->count);
}

static double relative(double sim, double real)
{
    return fabs(sim - real) / fabs(real);
}

void cpu_distance_of(const struct cpu_summary *sim, const struct cpu_summary *real,
                     struct cpu_distance *d)
{
    d->run_w1_ms = series_distance(&sim->run, &real->run);
    d->stall_w1_ms = series_distance(&sim->stall, &real->stall);
    d->late_w1_ms = series_distance(&sim->late, &real->late);
    d->run_mean = relative(sim->run.mean, real->run.mean);
    d->stall_mean = relative(sim->stall.mean, real->stall.mean);
    d->late_mean = relative(sim->late.mean, real->late.mean);
    bool unlimited = sim->periods == 0 && real->periods == 0;
    d->throttled_share = unlimited ? 0 : fabs(sim->throttled_share - real->throttled_share);
    d->cpu_share = relative(sim->cpu_share, real->cpu_share);
    d->cost = relative(sim->cost, real->cost);
}
