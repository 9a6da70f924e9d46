/* calibration_rows.c - the real rows of an experiment as cells with a spread. */
#include "analysis/calibration_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a fit can hope to reach: the clock, the histogram's buckets, the machine's mood. */
#define SIGMA_FLOOR       0.03
#define SIGMA_FLOOR_SHARE 0.02
#define PRIOR_FREEDOM     2.0  /* runs that the usual spread stands for */
#define LEAST_BESIDE      0.02 /* of the CPU time: less is no compiler's */

static const char *const metric_names[CALIBRATION_METRICS] = {
    [CALIBRATION_CPU] = "cpu.used",
    [CALIBRATION_FIRST] = "delivery.first.p50",
    [CALIBRATION_SLOPE] = "delivery.slope.p50",
    [CALIBRATION_P50] = "delivery.p50",
    [CALIBRATION_P95] = "delivery.p95",
    [CALIBRATION_P99] = "delivery.p99",
    [CALIBRATION_THROTTLED] = "cpu.throttled_share",
    [CALIBRATION_BESIDE] = "cpu.used.beside",
};
static const char *const edge_names[CALIBRATION_EDGES] = {
    [EDGE_SETUP_CPU] = "setup.cpu",
    [EDGE_MEMORY_BEFORE] = "setup.memory.before",
    [EDGE_MEMORY] = "setup.memory",
    [EDGE_TEARDOWN_CPU] = "teardown.cpu",
    [EDGE_BACKLOG] = "backlog.max",
    [EDGE_BACKLOG_MEMORY] = "backlog.memory",
    [EDGE_HOST_BEFORE] = "host.memory.before",
    [EDGE_HOST_AFTER] = "host.memory.after",
    [EDGE_HOST_PACE] = "host.pace",
    [EDGE_HOST_BEST] = "host.pace.best",
    [EDGE_HOST_READ] = "host.memory_pace",
    [EDGE_HOST_NEAR] = "host.pace.near",
    [EDGE_HOST_FAR] = "host.pace.far",
    [EDGE_GC_THRESHOLD] = "server.gc_threshold",
    [EDGE_GC_LIVE] = "server.gc_live",
    [EDGE_GC_ALLOCATED] = "server.gc_allocated",
    [EDGE_GC_CONNECTED] = "server.gc_connected",
    [EDGE_GC_CONNECT_PAUSE] = "server.gc_connect_pause",
    [EDGE_GC_PUBLISH] = "server.gc_publish",
    [EDGE_GC_FULL] = "server.gc_full",
    [EDGE_GC_FULL_PAUSE] = "server.gc_full_pause",
    [EDGE_GC_FULL_SUBSCRIBERS] = "server.gc_full_subscribers",
    [EDGE_GC_PUBLISHES] = "server.gc_publishes",
    [EDGE_GC_SPACE] = "server.gc_space",
    [EDGE_GC_CONNECT_COPIED] = "server.gc_connect_copied",
    [EDGE_GC_YOUNG] = "server.gc_young",
    [EDGE_GC_YOUNG_PAUSE] = "server.gc_young_pause",
    [EDGE_GC_YOUNG_COPIED] = "server.gc_young_copied",
    [EDGE_GC_YOUNG_ALLOCATED] = "server.gc_young_allocated",
    [EDGE_SERVER_PUBLISHED] = "server.published",
    [EDGE_SERVER_SENT] = "server.sent",
    [EDGE_DELIVERED] = "delivered",
    [EDGE_DUE] = "due",
};

const char *calibration_metric_name(enum calibration_metric metric)
{
    return metric_names[metric];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double calibration_median(const double *values, int count)
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
    for (int m = 0; m < CALIBRATION_EDGES; m++)
        cell->edge[m][cell->repeats] = NAN;
    cell->replication[cell->repeats] = replication;
    return cell->repeats++;
}

static int index_of(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static void take_value(void *context, const struct store_value *v)
{
    struct calibration *c = context;
    int metric = index_of(metric_names, CALIBRATION_METRICS, v->metric);
    int edge = index_of(edge_names, CALIBRATION_EDGES, v->metric);
    if (metric < 0 && edge < 0)
        return;
    for (size_t i = 0; i < c->plan->count; i++) {
        struct calibration_cell *cell = &c->cells[i];
        /* by what was varied, as compare does: a hash changes with every option added */
        if (strcmp(cell->point->cell, v->cell) != 0)
            continue;
        int repeat = repeat_of(cell, v->replication);
        if (repeat < 0)
            continue;
        *(metric >= 0 ? &cell->value[metric][repeat] : &cell->edge[edge][repeat]) = v->value;
    }
}

/* How far two runs of a real server usually lie apart (standard deviation of the logarithm; of
 * the share itself): with ample CPU, and where periods are throttled. What two or
 * three repeats say of their own spread is too little to trust alone. */
static const double usual[CALIBRATION_METRICS][2] = {
    [CALIBRATION_CPU] = { 0.04, 0.04 },       [CALIBRATION_FIRST] = { 0.06, 0.40 },
    [CALIBRATION_SLOPE] = { 0.08, 0.40 },     [CALIBRATION_P50] = { 0.06, 0.35 },
    [CALIBRATION_P95] = { 0.10, 0.25 },       [CALIBRATION_P99] = { 0.15, 0.25 },
    [CALIBRATION_THROTTLED] = { 0.01, 0.04 }, [CALIBRATION_BESIDE] = { 0.10, 0.10 },
};

double calibration_squares(enum calibration_metric m, const double *values, int count, int *n)
{
    double sum = 0, squares = 0;
    *n = 0;
    for (int i = 0; i < count; i++) {
        double x = m == CALIBRATION_THROTTLED ? values[i] : log(values[i]);
        if (!isfinite(x))
            continue;
        sum += x;
        squares += x * x;
        ++*n;
    }
    return *n > 1 ? fmax(squares - sum * sum / *n, 0) : 0;
}

/* Variance of a median of n over that of one; of two it is their mean. */
static double of_median(int n)
{
    return (n > 2 ? M_PI / 2 : 1) / fmax(n, 1);
}

/* Standard error of the logarithm of real over simulated medians (or of the shares' difference).
 * Runs are expected to differ as usual, or as they do in the model where that is more. */
static double spread(const struct calibration *c, const struct calibration_cell *cell,
                     enum calibration_metric m, const double *values)
{
    int n;
    double own = calibration_squares(m, values, cell->repeats, &n), scatter = cell->scatter[m];
    double expected = fmax(usual[m][calibration_throttled(cell)], scatter);
    double floor = m == CALIBRATION_THROTTLED ? SIGMA_FLOOR_SHARE : SIGMA_FLOOR;
    double freedom = PRIOR_FREEDOM + fmax(n - 1, 0);
    double variance = (PRIOR_FREEDOM * expected * expected + own) / freedom;
    return sqrt(floor * floor + variance * of_median(n) +
                scatter * scatter * of_median(calibration_simulations(c, cell)));
}

/* CPU time of a delivery on a host of middling speed: repeats play schedules of their own, at the
 * paces of their own minutes, and the simulation of each knows both, so neither is spread. */
static void alike(const struct calibration *c, const struct calibration_cell *cell, double *cpu)
{
    for (int r = 0; r < cell->repeats; r++) {
        double delivered = cell->edge[EDGE_DELIVERED][r];
        cpu[r] = cell->value[CALIBRATION_CPU][r] /
                 ((delivered > 0 ? delivered : 1) * calibration_slowed(c, cell, r));
    }
}

void calibration_weigh(struct calibration *c)
{
    for (size_t i = 0; i < c->cell_count; i++) {
        struct calibration_cell *cell = &c->cells[i];
        double cpu[CALIBRATION_REPEATS];
        alike(c, cell, cpu);
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            cell->sigma[m] = spread(c, cell, (enum calibration_metric)m,
                                    m == CALIBRATION_CPU ? cpu : cell->value[m]);
    }
}

static void summarise(struct calibration_cell *cell)
{
    for (int m = 0; m < CALIBRATION_METRICS; m++) {
        cell->real[m] = calibration_median(cell->value[m], cell->repeats);
        cell->scatter[m] = 0;
    }
    /* the model has such threads for Node's loop alone; where nobody said that it is one, nothing
     * that only one of the loops can explain may choose it */
    if (cell->point->settings.parameters.server.loop != LOOP_NODE ||
        !(cell->real[CALIBRATION_BESIDE] > LEAST_BESIDE * cell->real[CALIBRATION_CPU]))
        cell->real[CALIBRATION_BESIDE] = NAN;
}

/* How slow the host's memory was in a run. It is fast or, with a busy neighbour, four times as
 * slow; the geometric mean keeps one slow moment from counting for the whole run. */
static double memory_of(const struct calibration_cell *cell, int r)
{
    return sqrt(cell->edge[EDGE_HOST_BEFORE][r] * cell->edge[EDGE_HOST_AFTER][r]);
}

double *calibration_edge_values(const struct calibration *c, enum calibration_edge edge)
{
    double *values = mem_alloc((size_t)c->runs * sizeof *values);
    size_t n = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            values[n++] = c->cells[i].edge[edge][r];
    return values;
}

/* Of n > 0; sorts. */
static double middle(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

/* Median over all runs; 0 where one does not tell. */
static double median_of(const struct calibration *c, enum calibration_edge edge)
{
    size_t n = (size_t)c->runs, told = 0;
    double *values = calibration_edge_values(c, edge);
    while (told < n && values[told] > 0)
        told++;
    double median = told == n ? middle(values, n) : 0;
    free(values);
    return median;
}

/* By its memory before and after, over the median of the runs that tell. */
static void find_slowness(struct calibration *c)
{
    double *told = mem_alloc((size_t)c->runs * sizeof *told);
    size_t n = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++) {
            double slowness = memory_of(&c->cells[i], r);
            c->cells[i].slowness[r] = slowness;
            if (slowness > 0)
                told[n++] = slowness;
        }
    double median = n > 0 ? middle(told, n) : 1;
    free(told);
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++) {
            double *slowness = &c->cells[i].slowness[r];
            *slowness = *slowness > 0 ? *slowness / median : 1;
        }
}

/* How slow the host was in each run: by what was timed all along where each has it. */
static void find_host(struct calibration *c)
{
    c->pace_s = median_of(c, EDGE_HOST_PACE);
    c->read_s = c->pace_s > 0 ? median_of(c, EDGE_HOST_READ) : 0;
    c->best_pace_s = median_of(c, EDGE_HOST_BEST);
    c->host_power = c->pace_s > 0 ? CALIBRATION_PACE_POWER : CALIBRATION_HOST_POWER;
    c->read_power = CALIBRATION_READ_POWER;
    if (c->pace_s == 0)
        find_slowness(c);
    for (size_t i = 0; i < c->cell_count; i++) {
        struct calibration_cell *cell = &c->cells[i];
        for (int r = 0; r < cell->repeats; r++) {
            if (c->pace_s > 0)
                cell->slowness[r] = cell->edge[EDGE_HOST_PACE][r] / c->pace_s;
            cell->reading[r] = c->read_s > 0 ? cell->edge[EDGE_HOST_READ][r] / c->read_s : 1;
        }
    }
}

/* CPU time in which nothing was delivered does not tell what a delivery costs: rows from before such
 * runs failed. */
static int check_deliveries(const struct calibration *c, struct error *err)
{
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            if (c->cells[i].edge[EDGE_DUE][r] > 0 && !(c->cells[i].edge[EDGE_DELIVERED][r] > 0))
                return error_set(err, ERR_INVALID,
                                 "%s%srun %lld delivered nothing of what was due: measure it "
                                 "again",
                                 c->cells[i].point->cell, *c->cells[i].point->cell ? ": " : "",
                                 (long long)c->cells[i].replication[r]);
    return 0;
}

int calibration_collect(struct calibration *c, const struct plan *plan, struct store *store,
                        const char *name, struct error *err)
{
    struct calibration made = { .plan = plan, .draws = 1, .jobs = 1, .loop = -1, .hops = -1 };
    made.cells = mem_alloc(plan->count * sizeof *made.cells);
    for (size_t i = 0; i < plan->count; i++)
        made.cells[i].point = &plan->points[i];
    int code = store_values(store, name, ARM_REAL, take_value, &made, err);
    for (size_t i = 0; i < plan->count && !code; i++) {
        if (made.cells[i].repeats == 0)
            continue;
        made.cells[made.cell_count] = made.cells[i];
        made.cell_count++;
        made.runs += made.cells[i].repeats;
    }
    if (!code && made.cell_count == 0)
        code = error_set(err, ERR_INVALID, "no valid real run of '%s' to fit", name);
    code = code ? code : check_deliveries(&made, err);
    if (code == 0) {
        find_host(&made);
        for (size_t i = 0; i < made.cell_count; i++)
            summarise(&made.cells[i]);
        calibration_weigh(&made);
        calibration_gc(&made);
        calibration_spells(&made);
    }
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
