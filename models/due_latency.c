#include "models/due_latency.h"

#include <math.h>

static double due_quantile_s(const struct histogram *arrived, double under_way,
                             double drained_s, double q)
{
    double count = (double)arrived->count, rank = q * (count + under_way);
    double arrived_s = histogram_quantile(arrived, fmin(rank / fmax(count, 1), 1)) / 1e9;
    return rank > count && count > 0 ? fmax(arrived_s, drained_s) : arrived_s;
}

void due_latency_report(const struct histogram *arrived, double under_way, double drained_s,
                        struct run_record *record)
{
    run_record_metric(record, "due.p95", "s",
                      due_quantile_s(arrived, under_way, drained_s, 0.95));
    run_record_metric(record, "due.p99", "s",
                      due_quantile_s(arrived, under_way, drained_s, 0.99));
}
