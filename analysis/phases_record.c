/* phases_record.c - what phases.h found, as figures and a series of the run. */
#include <math.h>
#include <stdio.h>

#include "analysis/phases.h"

static void record_phases(const struct phases *f, struct run_record *r)
{
    run_record_metric(r, "failure.phase.max", "1", f->worst);
    run_record_metric(r, "failure.phase.end", "1", f->last);
    for (int k = 1; k < FAILURE_PHASES; k++) {
        char name[48];
        snprintf(name, sizeof name, "failure.phase%d.first", k);
        run_record_metric(r, name, "s", f->first_s[k]);
        snprintf(name, sizeof name, "failure.phase%d.time", k);
        run_record_metric(r, name, "s", f->time_s[k]);
    }
    run_record_metric(r, "failure.phase1.stable", "1", f->stable_share);
    run_record_metric(r, "failure.phase2.churn", "1", f->churn_share);
    for (size_t i = 0; i < f->count; i++)
        if (i == 0 || f->phase[i] != f->phase[i - 1] || i + 1 == f->count)
            run_record_point(r, "failure.phase", llround((double)i * f->step_s * 1e9),
                             f->phase[i]);
}

static void record_signals(const struct phases *f, struct run_record *r)
{
    bool broke = f->first < SIGNALS;
    run_record_metric(r, "broke.first", "1", broke ? f->first + 1 : 0);
    run_record_metric(r, "broke.first.at", "s", broke ? f->signal[f->first].first_s : NAN);
    for (int s = 0; s < SIGNALS; s++) {
        char name[48];
        snprintf(name, sizeof name, "broke.%s", failure_signal_name(s));
        run_record_metric(r, name, "s", f->signal[s].first_s);
    }
}

void phases_record(const struct phases *f, struct run_record *r)
{
    record_phases(f, r);
    record_signals(f, r);
    run_record_metric(r, "recovery.time", "s", f->recovery_s);
    run_record_metric(r, "metastable", "1", f->metastable);
    run_record_metric(r, "false_green.time", "s", f->green_s);
    run_record_metric(r, "false_green.share", "1",
                      f->broken_s > 0 ? f->green_s / f->broken_s : NAN);
}

void phases_describe(const struct parameters *p, const struct schedule *s, struct run_record *r)
{
    struct outline o;
    struct phases f;
    outline_init(&o, p, s);
    phases_init(&f, &phases_defaults, &o, r);
    outline_record(&o, r);
    phases_record(&f, r);
    phases_close(&f);
}
