#include "models/fan_out.h"

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "sim/error.h"
#include "sim/histogram.h"

static int by_last(const void *a, const void *b)
{
    int64_t x = ((const struct fan_out_time *)a)->last_ns,
            y = ((const struct fan_out_time *)b)->last_ns;
    return (x > y) - (x < y);
}

/* Time between two neighbours of one to two clients or more, ns. */
static double slope_of(const struct fan_out_time *t)
{
    return (double)(t->last_ns - t->first_ns) / (double)(t->received - 1);
}

static double median(double *values, size_t count)
{
    gsl_sort(values, 1, count);
    return count ? gsl_stats_median_from_sorted_data(values, 1, count) : NAN;
}

static void report_all(const struct fan_out_time *list, size_t count, struct run_record *out)
{
    struct histogram first, last, slope;
    double slopes = 0;
    histogram_init(&first);
    histogram_init(&last);
    histogram_init(&slope);
    for (const struct fan_out_time *t = list; t < list + count; t++) {
        histogram_add(&first, t->first_ns, 1);
        histogram_add(&last, t->last_ns, 1);
        if (t->received > 1) {
            slopes += slope_of(t);
            histogram_add(&slope, (int64_t)slope_of(t), 1);
        }
    }
    run_record_metric(out, "delivery.first.p50", "s", histogram_quantile(&first, 0.5) / 1e9);
    run_record_metric(out, "delivery.first.p10", "s", histogram_quantile(&first, 0.1) / 1e9);
    run_record_metric(out, "delivery.last.p50", "s", histogram_quantile(&last, 0.5) / 1e9);
    run_record_metric(out, "delivery.slope", "s",
                      slope.count ? slopes / (double)slope.count / 1e9 : NAN);
    run_record_metric(out, "delivery.slope.p50", "s", histogram_quantile(&slope, 0.5) / 1e9);
    run_record_metric(out, "delivery.slope.p10", "s", histogram_quantile(&slope, 0.1) / 1e9);
    histogram_close(&first);
    histogram_close(&last);
    histogram_close(&slope);
}

static void report_calm(struct fan_out_time *list, size_t count, struct run_record *out)
{
    size_t calm = (count + FAN_OUT_CALM_SHARE - 1) / FAN_OUT_CALM_SHARE, slopes = 0;
    double *first = mem_alloc((2 * calm + 1) * sizeof *first), *slope = first + calm;
    qsort(list, count, sizeof *list, by_last);
    for (size_t i = 0; i < calm; i++) {
        first[i] = (double)list[i].first_ns;
        if (list[i].received > 1)
            slope[slopes++] = slope_of(&list[i]);
    }
    run_record_metric(out, "delivery.first.calm", "s", median(first, calm) / 1e9);
    run_record_metric(out, "delivery.slope.calm", "s", median(slope, slopes) / 1e9);
    free(first);
}

void fan_out_report(struct fan_out_time *list, size_t count, struct run_record *out)
{
    report_all(list, count, out);
    report_calm(list, count, out);
}
