#include "analysis/calibration.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/push_run.h"
#include "models/schedule.h"

/* What a fit can hope to reach: the clock, the histogram's buckets, the machine's mood. */
#define SIGMA_FLOOR       0.03
#define SIGMA_FLOOR_SHARE 0.02
/* Cells with fewer throttled periods tell the means; in the others queues amplify noise. */
#define AMPLE_SHARE 0.03

static const char *const metric_names[] = { "cpu.used",           "delivery.first.p50",
                                            "delivery.last.p50",  "delivery.p50",
                                            "delivery.p95",       "delivery.p99",
                                            "cpu.throttled_share" };

const char *calibration_metric_name(enum calibration_metric metric)
{
    return metric_names[metric];
}

/* -- the real rows ---------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of those that are numbers; NAN when none is. */
static double median(const double *values, int count)
{
    double kept[CALIBRATION_REPEATS];
    int n = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(values[i]))
            kept[n++] = values[i];
    if (n == 0)
        return NAN;
    qsort(kept, (size_t)n, sizeof *kept, by_value);
    return n % 2 ? kept[n / 2] : (kept[n / 2 - 1] + kept[n / 2]) / 2;
}

static int repeat_of(struct calibration_cell *cell, int64_t replication)
{
    for (int i = 0; i < cell->repeats; i++)
        if (cell->replication[i] == replication)
            return i;
    if (cell->repeats == CALIBRATION_REPEATS)
        return -1;
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        cell->value[m][cell->repeats] = NAN;
    cell->replication[cell->repeats] = replication;
    return cell->repeats++;
}

static void take_value(void *context, const struct store_value *v)
{
    struct calibration *c = context;
    for (int m = 0; m < CALIBRATION_METRICS; m++) {
        if (strcmp(v->metric, metric_names[m]) != 0)
            continue;
        for (size_t i = 0; i < c->plan->count; i++) {
            struct calibration_cell *cell = &c->cells[i];
            /* by what was varied, as compare does: a hash changes with every option added */
            if (strcmp(cell->point->cell, v->cell) != 0)
                continue;
            int repeat = repeat_of(cell, v->replication);
            if (repeat >= 0)
                cell->value[m][repeat] = v->value;
        }
    }
}

/* Standard error of the median's logarithm (or of the share), from the spread of the repeats. */
static double spread(enum calibration_metric m, const double *values, int count)
{
    double sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < count; i++) {
        double x = m == CALIBRATION_THROTTLED ? values[i] : log(values[i]);
        if (!isfinite(x))
            continue;
        sum += x;
        squares += x * x;
        n++;
    }
    double floor = m == CALIBRATION_THROTTLED ? SIGMA_FLOOR_SHARE : SIGMA_FLOOR;
    double variance = n > 1 ? fmax((squares - sum * sum / n) / (n - 1), 0) : 0;
    return sqrt(floor * floor + variance / fmax(n, 1));
}

static void summarise(struct calibration_cell *cell)
{
    for (int m = 0; m < CALIBRATION_METRICS; m++) {
        cell->real[m] = median(cell->value[m], cell->repeats);
        cell->sigma[m] = spread((enum calibration_metric)m, cell->value[m], cell->repeats);
    }
}

int calibration_collect(struct calibration *c, const struct plan *plan, struct store *store,
                        const char *name, struct error *err)
{
    struct calibration made = { .plan = plan, .draws = 1 };
    made.cells = mem_alloc(plan->count * sizeof *made.cells);
    for (size_t i = 0; i < plan->count; i++)
        made.cells[i].point = &plan->points[i];
    int code = store_values(store, name, "real", take_value, &made, err);
    for (size_t i = 0; i < plan->count && !code; i++) {
        if (made.cells[i].repeats == 0)
            continue;
        made.cells[made.cell_count] = made.cells[i];
        summarise(&made.cells[made.cell_count++]);
        made.runs += made.cells[i].repeats;
    }
    if (!code && made.cell_count == 0)
        code = error_set(err, ERR_INVALID, "no valid real run of '%s' to fit", name);
    if (code)
        free(made.cells);
    else
        *c = made;
    return code;
}

void calibration_close(struct calibration *c)
{
    free(c->cells);
    memset(c, 0, sizeof *c);
}

/* -- the model as regression function --------------------------------------------------------- */

/* One simulation of a real run: its schedule, and random numbers of the model's own per draw. */
static void simulate(const struct settings *s, uint64_t seed, int64_t replication, int draw,
                     double out[CALIBRATION_METRICS])
{
    struct schedule schedule;
    struct run_record record;
    schedule_build(&schedule, &s->parameters, seed, (uint32_t)replication);
    run_record_init(&record);
    push_run(&s->parameters, &schedule, seed + 7919 * (uint64_t)draw, (uint32_t)replication,
             &record);
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        out[m] = run_record_value(&record, metric_names[m]);
    run_record_close(&record);
    schedule_close(&schedule);
}

/* Medians over the real runs' schedules and the draws. */
static void predict(const struct calibration *c, const struct settings *s,
                    const struct calibration_cell *cell, double out[CALIBRATION_METRICS])
{
    double all[CALIBRATION_METRICS][CALIBRATION_REPEATS];
    int runs = 0;
    for (int d = 0; d < c->draws; d++)
        for (int r = 0; r < cell->repeats && runs < CALIBRATION_REPEATS; r++, runs++) {
            double one[CALIBRATION_METRICS];
            simulate(s, (uint64_t)c->plan->seed, cell->replication[r], d, one);
            for (int m = 0; m < CALIBRATION_METRICS; m++)
                all[m][runs] = one[m];
        }
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        out[m] = median(all[m], runs);
}

/* -- stages ----------------------------------------------------------------------------------- */

/* What each stage varies. A name that starts with "cost.sse." or "cost.websocket." counts only
 * where that protocol was measured. Left at their defaults, since this design cannot tell them
 * from the ones fitted: enqueue (from wake), iteration and ready-fd (from publish). */
static const char *const mean_options[] = {
    "cost.publish",         "cost.sse.wake",        "cost.sse.state",
    "cost.sse.write",       "cost.sse.write-kib",   "cost.websocket.wake",
    "cost.websocket.state", "cost.websocket.write", "cost.websocket.write-kib",
    "cost.warm.saturation", "cost.warm.time",       NULL
};
static const char *const tail_options[] = {
    "cost.sse.item",          "cost.websocket.item",      "cost.noise",
    "cost.interference.rate", "cost.interference.length", NULL
};

struct stage {
    const struct calibration *calibration;
    struct fit_parameter *parameters; /* `count` that are fitted */
    size_t count;
    const struct fit_parameter *held; /* `held_count` that keep their start value */
    size_t held_count;
    bool quantiles; /* p95, p99 and throttled cells too */
};

static bool wanted(const struct stage *stage, const struct calibration_cell *cell, int metric)
{
    if (isnan(cell->real[metric]))
        return false;
    bool ample = !(cell->real[CALIBRATION_THROTTLED] > AMPLE_SHARE);
    switch ((enum calibration_metric)metric) {
    case CALIBRATION_CPU:
        return true;
    case CALIBRATION_FIRST:
    case CALIBRATION_LAST:
        return ample;
    case CALIBRATION_P50:
        return ample || stage->quantiles;
    default:
        return stage->quantiles;
    }
}

static size_t count_residuals(const struct stage *stage)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->calibration->cell_count; i++)
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            count += wanted(stage, &stage->calibration->cells[i], m);
    return count;
}

static void assign(struct settings *s, const char *option, double value)
{
    struct setting which;
    struct error err;
    int code = settings_find(s, option, &which, &err);
    assert(!code);
    /* the fit may step outside of an option's range; the nearest allowed value stands for it */
    value = fmin(fmax(value, which.option->min), which.option->max);
    code = settings_assign(s, &which, value, &err);
    assert(!code);
    (void)code;
}

static double current(const struct settings *s, const char *option)
{
    struct setting which;
    struct error err;
    int code = settings_find(s, option, &which, &err);
    assert(!code);
    (void)code;
    return settings_number(s, &which);
}

static double residual(const struct calibration_cell *cell, int m, double sim)
{
    if (m == CALIBRATION_THROTTLED)
        return (sim - cell->real[m]) / cell->sigma[m];
    return log(fmax(sim, 1e-9) / fmax(cell->real[m], 1e-9)) / cell->sigma[m];
}

static void stage_residuals(const double *value, double *out, void *context)
{
    const struct stage *stage = context;
    const struct calibration *c = stage->calibration;
    for (size_t i = 0; i < c->cell_count; i++) {
        struct settings s = c->cells[i].point->settings;
        double sim[CALIBRATION_METRICS];
        for (size_t p = 0; p < stage->held_count; p++)
            assign(&s, stage->held[p].name, stage->held[p].start);
        for (size_t p = 0; p < stage->count; p++)
            assign(&s, stage->parameters[p].name, value[p]);
        predict(c, &s, &c->cells[i], sim);
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            if (wanted(stage, &c->cells[i], m))
                *out++ = residual(&c->cells[i], m, sim[m]);
    }
}

static bool measured(const struct calibration *c, const char *option)
{
    static const char *const prefixes[PROTOCOLS] = { "cost.sse.", "cost.websocket." };
    for (int p = 0; p < PROTOCOLS; p++) {
        if (strncmp(option, prefixes[p], strlen(prefixes[p])) != 0)
            continue;
        for (size_t i = 0; i < c->cell_count; i++)
            if (c->cells[i].point->settings.parameters.server.protocol == (enum push_protocol)p)
                return true;
        return false;
    }
    return true;
}

static size_t add_options(const struct calibration *c, const char *const *names,
                          struct fit_parameter *parameters, size_t n)
{
    for (; *names; names++) {
        if (!measured(c, *names))
            continue;
        double start = current(&c->cells[0].point->settings, *names);
        /* a logarithm needs a start above zero, also where the default is "none" */
        parameters[n++] =
            (struct fit_parameter){ .name = *names, .start = start > 0 ? start : 1.0 };
    }
    return n;
}

static int run_stage(struct stage *stage, double step, size_t iterations,
                     struct fit_result *result, struct error *err)
{
    struct fit_problem problem = { .residuals = stage_residuals,
                                   .context = stage,
                                   .count = count_residuals(stage),
                                   .step = step,
                                   .iterations = iterations };
    return least_squares_fit(&problem, stage->parameters, stage->count, result, err);
}

/* The next stage starts from what this one could tell. */
static void carry_on(struct fit_parameter *parameters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (parameters[i].identified)
            parameters[i].start = parameters[i].estimate;
}

static void read_fit(const struct fit_parameter *parameters, size_t n,
                     struct calibration_fit *fit)
{
    fit->count = n;
    for (size_t i = 0; i < n; i++) {
        struct calibrated *o = &fit->options[i];
        snprintf(o->option, sizeof o->option, "%s", parameters[i].name);
        o->identified = parameters[i].identified;
        o->estimate = parameters[i].estimate;
        o->relative_error = parameters[i].relative_error;
    }
}

/* Means first, then what the tails tell with the means held, then all of it together: each stage
 * starts near its goal, since the quantiles of a simulation are a rough surface to walk on. */
int calibration_run(const struct calibration *c, struct calibration_fit *fit, struct error *err)
{
    struct fit_parameter parameters[LEAST_SQUARES_MAX];
    struct calibration_fit made = { 0 };
    size_t means = add_options(c, mean_options, parameters, 0);
    size_t all = add_options(c, tail_options, parameters, means);
    struct stage first = { c, parameters, means, NULL, 0, false };
    struct stage tails = { c, parameters + means, all - means, parameters, means, true };
    struct stage joint = { c, parameters, all, NULL, 0, true };
    int code = run_stage(&first, 0.02, 30, &made.means, err);
    if (code)
        return error_wrap(err, code, "fit of the mean costs");
    carry_on(parameters, means);
    code = run_stage(&tails, 0.1, 20, &made.quantiles, err);
    carry_on(parameters + means, all - means);
    if (code == 0)
        code = run_stage(&joint, 0.05, 20, &made.quantiles, err);
    if (code)
        return error_wrap(err, code, "fit of the quantiles");
    made.residuals = count_residuals(&joint);
    read_fit(parameters, all, &made);
    *fit = made;
    return 0;
}

void calibration_predict(const struct calibration *c, const struct calibration_fit *fit,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS])
{
    struct settings s = cell->point->settings;
    for (size_t i = 0; i < fit->count; i++)
        assign(&s, fit->options[i].option, fit->options[i].estimate);
    predict(c, &s, cell, out);
}
