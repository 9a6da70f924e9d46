#include "models/fan_out.h"

#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

static int by_last(const void *a, const void *b)
{
    int64_t x = ((const struct fan_out_time *)a)->last_ns,
            y = ((const struct fan_out_time *)b)->last_ns;
    return (x > y) - (x < y);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return count ? (values[(count - 1) / 2] + values[count / 2]) / 2 : NAN;
}

void fan_out_report_calm(struct fan_out_time *list, size_t count, struct run_record *out)
{
    size_t calm = (count + FAN_OUT_CALM_SHARE - 1) / FAN_OUT_CALM_SHARE, slopes = 0;
    double *first = mem_alloc((2 * calm + 1) * sizeof *first), *slope = first + calm;
    qsort(list, count, sizeof *list, by_last);
    for (size_t i = 0; i < calm; i++) {
        first[i] = (double)list[i].first_ns;
        if (list[i].received > 1)
            slope[slopes++] =
                (double)(list[i].last_ns - list[i].first_ns) / (double)(list[i].received - 1);
    }
    run_record_metric(out, "delivery.first.calm", "s", median(first, calm) / 1e9);
    run_record_metric(out, "delivery.slope.calm", "s", median(slope, slopes) / 1e9);
    free(first);
}
