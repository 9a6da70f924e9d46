/* wake_up.c - see wake_up.h. */
#include "analysis/wake_up.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void wake_up_add(struct wake_up_log *log, struct cpu_workload_result *result, bool noisy)
{
    struct cpu_samples *late = &result->late;
    if (late->count == 0 || log->count == WAKE_UP_REPEATS_MAX)
        return;
    qsort(late->ns, late->count, sizeof *late->ns, ascending);
    log->repeats[log->count++] = (struct wake_up_repeat){
        .spent_ns = (double)(result->counters.usage_ns - result->work_ns) / (double)late->count,
        .late_ns = (double)late->ns[late->count / 2],
        .clean = !noisy && result->stalls.count == 0,
    };
}

static double median(double *values, int n)
{
    gsl_sort(values, 1, (size_t)n);
    return gsl_stats_median_from_sorted_data(values, 1, (size_t)n);
}

static int64_t not_negative(double ns)
{
    return ns > 0 ? llround(ns) : 0;
}

void wake_up_estimate(const struct wake_up_log *log, double excess_ns, struct wake_up *out)
{
    const struct wake_up_repeat *repeats = log->repeats;
    double spent_ns[WAKE_UP_REPEATS_MAX], late_ns[WAKE_UP_REPEATS_MAX];
    int clean = 0, used = 0;
    assert(log->count >= 1);
    for (int i = 0; i < log->count; i++)
        clean += repeats[i].clean;
    for (int i = 0; i < log->count; i++) {
        if (clean >= WAKE_UP_ENOUGH && !repeats[i].clean)
            continue;
        spent_ns[used] = repeats[i].spent_ns;
        late_ns[used++] = repeats[i].late_ns;
    }
    int64_t cost_ns = not_negative(median(spent_ns, used) - excess_ns);
    *out = (struct wake_up){
        .latency_ns = not_negative(median(late_ns, used) - (double)cost_ns),
        .cost_ns = cost_ns,
        .clean = clean,
    };
}
