#include "analysis/run_fates.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void run_fates_init(struct run_fates *f)
{
    *f = (struct run_fates){ NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
}

void run_fates_add(struct run_fates *f, const char *metric, double value)
{
    const struct {
        const char *metric;
        double *place;
    } figures[] = {
        { "delivery.p95", &f->p95 },    { "delivery.p99", &f->p99 },
        { "delivered", &f->delivered }, { "drained", &f->drained },
        { "dropped", &f->dropped },     { "due", &f->due },
        { "due.p95", &f->due_p95 },     { "due.p99", &f->due_p99 },
        { "in_flight", &f->in_flight }, { "lost", &f->lost },
        { "published", &f->published }, { "connects.failed", &f->connects_failed },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (strcmp(figures[i].metric, metric) == 0)
            *figures[i].place = value;
}

void run_fates_of(struct run_fates *f, const struct run_record *r)
{
    run_fates_init(f);
    for (size_t i = 0; i < r->metric_count; i++)
        run_fates_add(f, r->metrics[i].name, r->metrics[i].value);
}

bool run_fates_starved(const struct run_fates *f) /* NAN is above nothing */
{
    bool missing = f->dropped > 0 || f->lost > 0 || f->in_flight > 0;
    bool nobody = f->published > 0 && f->due == 0 && f->connects_failed > 0;
    return isnan(f->p99) && (missing || nobody);
}

static double of_all(const struct run_fates *f, double due_s, double arrived_s, double share)
{
    if (run_fates_starved(f))
        return INFINITY;
    if (!isnan(due_s))
        return due_s;
    bool unknown = !(f->in_flight > (1 - share) * (f->in_flight + f->delivered)); /* or NAN */
    return unknown ? arrived_s : fmax(arrived_s, f->drained);
}

double run_fates_p95(const struct run_fates *f)
{
    return of_all(f, f->due_p95, f->p95, 0.95);
}

double run_fates_p99(const struct run_fates *f)
{
    return of_all(f, f->due_p99, f->p99, 0.99);
}
