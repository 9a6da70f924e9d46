#include "tests/support/course_case.h"

#define S INT64_C(1000000000)

const struct outline course_outline = {
    .cpu = 0.2, .clients = 100, .pressure_begin = 20, .pressure_end = 40, .load_end = 100
};

static void latency(struct run_record *r, const char *name, int64_t at_ns, double ms)
{
    if (ms > 0)
        run_record_point(r, name, at_ns, ms / 1e3);
}

void course_count(struct run_record *r, const char *name, int64_t at_ns, double value)
{
    if (value > 0)
        run_record_point(r, name, at_ns, value);
}

void course_record(struct run_record *r, const struct course_stretch *rows, size_t n)
{
    int second = 0;
    run_record_init(r);
    for (size_t i = 0; i < n; i++)
        for (; second < rows[i].to; second++) {
            int64_t at = (second + 1) * S;
            latency(r, "delivery.p50", at, rows[i].p50);
            latency(r, "delivery.p95", at, rows[i].p95);
            latency(r, "delivery.p99", at, rows[i].p99);
            course_count(r, "reconnects", at, rows[i].reconnects);
            course_count(r, "write_timeouts", at, rows[i].write_timeouts);
            course_count(r, "drops", at, rows[i].drops);
            run_record_point(r, "connections", at, 100 - rows[i].gone);
            run_record_point(r, "cpu.used", at, 0.1);
        }
}
