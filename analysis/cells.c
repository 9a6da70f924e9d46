#include "analysis/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

static const struct {
    const char *metric;
    enum unit unit;
} figures[FIGURES] = {
    [FIGURE_P50] = { "delivery.p50", UNIT_TIME },
    [FIGURE_P95] = { "delivery.p95", UNIT_TIME },
    [FIGURE_P99] = { "delivery.p99", UNIT_TIME },
    [FIGURE_DROPPED] = { "dropped", UNIT_COUNT },
    [FIGURE_THROTTLED] = { "cpu.throttled_share", UNIT_SHARE },
    [FIGURE_CPU] = { "cpu.used", UNIT_TIME },
    [FIGURE_DELIVERED] = { "delivered", UNIT_COUNT },
    [FIGURE_LOST] = { "lost", UNIT_COUNT },
    [FIGURE_IN_FLIGHT] = { "in_flight", UNIT_COUNT },
    [FIGURE_RECONNECTS] = { "reconnects", UNIT_COUNT },
    [FIGURE_DURATION] = { "duration", UNIT_TIME },
    [FIGURE_REFUSED] = { "connects.retry_after", UNIT_COUNT },
    [FIGURE_SHED] = { "published.shed", UNIT_COUNT },
    [FIGURE_FIRST] = { "delivery.first.p50", UNIT_TIME },
    [FIGURE_FIRST_P10] = { "delivery.first.p10", UNIT_TIME },
    [FIGURE_SLOPE] = { "delivery.slope.p50", UNIT_TIME },
    [FIGURE_SLOPE_P10] = { "delivery.slope.p10", UNIT_TIME },
    [FIGURE_FIRST_CALM] = { "delivery.first.calm", UNIT_TIME },
    [FIGURE_SLOPE_CALM] = { "delivery.slope.calm", UNIT_TIME },
    [FIGURE_ORDER] = { "delivery.order", UNIT_NUMBER },
    [FIGURE_ORDER_KEPT] = { "delivery.order.kept", UNIT_NUMBER },
};

const char *figure_metric(enum figure figure)
{
    return figures[figure].metric;
}

enum unit figure_unit(enum figure figure)
{
    return figures[figure].unit;
}

char *figure_format(char *out, enum figure figure, double value)
{
    enum unit unit = figures[figure].unit;
    if (unit == UNIT_COUNT)
        value = round(value);
    if ((unit == UNIT_SHARE && value > 0) || unit == UNIT_NUMBER)
        value = round(value * 1000) / 1000;
    return unit_format_short(out, unit, unit == UNIT_TIME ? value * 1e9 : value);
}

void cells_init(struct cells *cells)
{
    memset(cells, 0, sizeof *cells);
    cells->point = cells->replication = -1;
    run_fates_init(&cells->fates);
}

void cells_close(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        for (int a = 0; a < ARMS; a++)
            for (int f = 0; f < FIGURES; f++)
                free(cells->cell[i].samples[a][f].values);
        free(cells->cell[i].runs);
        free(cells->cell[i].text);
    }
    free(cells->cell);
    cells_init(cells);
}

/* Values come run by run in plan order: nearly always the cell found last, or the one after it. */
static struct cell *find_or_add(struct cells *cells, const char *text)
{
    for (size_t i = 0; i < cells->count; i++) {
        size_t at = (cells->recent + i) % cells->count;
        if (strcmp(cells->cell[at].text, text) == 0) {
            cells->recent = at;
            return &cells->cell[at];
        }
    }
    cells->recent = cells->count;
    cells->cell = mem_realloc(cells->cell, (cells->count + 1) * sizeof *cells->cell);
    struct cell *cell = &cells->cell[cells->count++];
    memset(cell, 0, sizeof *cell);
    cell->text = mem_strdup(text);
    return cell;
}

/* The real run whose figures are being added: another one when its name changes, or a figure comes
 * again (the next experiment, the next database). */
static struct cell_run *current_run(struct cells *cells, struct cell *cell,
                                    const struct store_value *v, int figure)
{
    struct cell_run *last = cell->runs + cell->run_count - 1;
    if (cell->run_count > 0 && cells->point == v->point &&
        cells->replication == v->replication &&
        (figure == FIGURES || isnan(last->figures[figure])))
        return last;
    cell->runs = mem_realloc(cell->runs, (cell->run_count + 1) * sizeof *cell->runs);
    last = &cell->runs[cell->run_count++];
    last->starved = false;
    for (int f = 0; f < FIGURES; f++)
        last->figures[f] = NAN;
    cells->point = v->point;
    cells->replication = v->replication;
    return last;
}

/* A run's figures come in the order of their names, of those looked at "published" last. */
static void add_fate(struct cells *cells, struct cell *cell, enum arm arm,
                     const struct store_value *v)
{
    run_fates_add(&cells->fates, v->metric, v->value);
    if (strcmp(v->metric, "published") != 0)
        return;
    bool starved = run_fates_starved(&cells->fates);
    cell->starved[arm] += starved;
    if (arm == ARM_REAL)
        current_run(cells, cell, v, FIGURES)->starved = starved;
    run_fates_init(&cells->fates);
}

static void add_value(void *context, const struct store_value *v)
{
    struct cells *cells = context;
    enum arm arm = strcmp(v->arm, "sim") == 0 ? ARM_SIM : ARM_REAL;
    if (arm == ARM_SIM && !shard_has(cells->part, v->point, v->replication))
        return;
    struct cell *cell = find_or_add(cells, v->cell);
    cell->scenario_hash[arm] = v->scenario_hash;
    add_fate(cells, cell, arm, v);
    for (int f = 0; f < FIGURES; f++) {
        if (strcmp(figures[f].metric, v->metric) != 0 || isnan(v->value))
            continue;
        sample_add(&cell->samples[arm][f], v->value);
        if (arm == ARM_REAL)
            current_run(cells, cell, v, f)->figures[f] = v->value;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int cells_load(struct cells *cells, struct store *store, const char *experiment,
               struct error *err)
{
    /* the sim arm first: its plan gives the order of the cells */
    int code = store_values(store, experiment, "sim", add_value, cells, err);
    if (code == 0)
        code = store_values(store, experiment, "real", add_value, cells, err);
    for (size_t i = 0; i < cells->count && code == 0; i++)
        for (int a = 0; a < ARMS; a++)
            for (int f = 0; f < FIGURES; f++)
                sample_sort(&cells->cell[i].samples[a][f]);
    return code;
}

void sample_add(struct sample *s, double value)
{
    if (isnan(value))
        return;
    s->values = mem_realloc(s->values, (s->count + 1) * sizeof *s->values);
    s->values[s->count++] = value;
}

void sample_sort(struct sample *s)
{
    if (s->count > 1)
        qsort(s->values, s->count, sizeof *s->values, by_value);
}

static double quantile(const struct sample *s, double q)
{
    return s->count ? gsl_stats_quantile_from_sorted_data(s->values, 1, s->count, q) : NAN;
}

double sample_median(const struct sample *s)
{
    return quantile(s, 0.5);
}

double sample_mean(const struct sample *s)
{
    return s->count ? gsl_stats_mean(s->values, 1, s->count) : NAN;
}

double sample_sd(const struct sample *s)
{
    return s->count > 1 ? gsl_stats_sd(s->values, 1, s->count) : NAN;
}

/* GSL counts from the least (0) to the greatest (1) value; the k-th of n is wanted. */
static double order_statistic(const struct sample *s, double k)
{
    double n = (double)s->count;
    return quantile(s, n > 1 ? fmin(fmax((k - 1) / (n - 1), 0), 1) : 0);
}

double sample_low(const struct sample *s)
{
    return order_statistic(s, SAMPLE_TAIL * ((double)s->count + 1));
}

double sample_high(const struct sample *s)
{
    return order_statistic(s, (1 - SAMPLE_TAIL) * ((double)s->count + 1));
}
