#include "analysis/cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/fnv_hash.h"

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
    [FIGURE_DUE] = { "due", UNIT_COUNT },
    [FIGURE_LOST] = { "lost", UNIT_COUNT },
    [FIGURE_LOST_LEFT] = { "lost.client_left", UNIT_COUNT },
    [FIGURE_LOST_NETWORK] = { "lost.network", UNIT_COUNT },
    [FIGURE_IN_FLIGHT] = { "in_flight", UNIT_COUNT },
    [FIGURE_RECALLED] = { "recalled", UNIT_COUNT },
    [FIGURE_REPLAYED] = { "replayed", UNIT_COUNT },
    [FIGURE_REPLAYED_LOST] = { "replayed.lost", UNIT_COUNT },
    [FIGURE_MISSED] = { "missed", UNIT_COUNT },
    [FIGURE_PUBLISHED] = { "published", UNIT_COUNT },
    [FIGURE_UNHEARD] = { "published.failed", UNIT_COUNT },
    [FIGURE_DISCONNECTS] = { "disconnects", UNIT_COUNT },
    [FIGURE_LEFT] = { "disconnects.client_left", UNIT_COUNT },
    [FIGURE_RECONNECTS] = { "reconnects", UNIT_COUNT },
    [FIGURE_DURATION] = { "duration", UNIT_TIME },
    [FIGURE_REFUSED] = { "connects.retry_after", UNIT_COUNT },
    [FIGURE_SHED] = { "published.shed", UNIT_COUNT },
    [FIGURE_OVER_CAPACITY] = { "connects.over_capacity", UNIT_COUNT },
    [FIGURE_SCALED_UP] = { "scale.up", UNIT_COUNT },
    [FIGURE_SCALED_DOWN] = { "scale.down", UNIT_COUNT },
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
    client_times_init(&cells->times);
    run_fates_init(&cells->fates);
}

void cells_close(struct cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        for (int a = 0; a < ARMS; a++)
            for (int f = 0; f < FIGURES; f++)
                free(cells->cell[i].samples[a][f].values);
        for (int a = 0; a < ARMS; a++) {
            free(cells->cell[i].due_p95[a].values);
            free(cells->cell[i].due_p99[a].values);
        }
        free(cells->cell[i].runs);
        client_share_close(&cells->cell[i].client);
        free(cells->cell[i].text);
    }
    free(cells->cell);
    free(cells->hash);
    cells_init(cells);
}

/* Values come run by run in plan order: nearly always the cell found last, or the one after it. For
 * a new one all are looked at, so by their hashes: cells are a kilobyte each. */
static struct cell *find_or_add(struct cells *cells, const char *text)
{
    uint64_t hash = fnv_bytes(FNV_START, text, strlen(text));
    for (size_t i = 0, at = cells->recent; i < cells->count; i++, at++) {
        at = at < cells->count ? at : 0;
        if (cells->hash[at] == hash && strcmp(cells->cell[at].text, text) == 0) {
            cells->recent = at;
            return &cells->cell[at];
        }
    }
    cells->recent = cells->count;
    cells->cell = mem_realloc(cells->cell, (cells->count + 1) * sizeof *cells->cell);
    cells->hash = mem_realloc(cells->hash, (cells->count + 1) * sizeof *cells->hash);
    cells->hash[cells->count] = hash;
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
    struct cell_run *last = cell->run_count > 0 ? &cell->runs[cell->run_count - 1] : NULL;
    if (last && cells->point == v->point && cells->replication == v->replication &&
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
    sample_add(&cell->due_p95[arm], run_fates_p95(&cells->fates));
    sample_add(&cell->due_p99[arm], run_fates_p99(&cells->fates));
    if (arm == ARM_REAL)
        current_run(cells, cell, v, FIGURES)->starved = starved;
    run_fates_init(&cells->fates);
}

static void add_value(void *context, const struct store_value *v)
{
    struct cells *cells = context;
    enum arm arm = v->arm;
    if (arm == ARM_SIM && !shard_has(cells->part, v->point, v->replication))
        return;
    struct cell *cell = find_or_add(cells, v->cell);
    cell->mixed[arm] |=
        cell->scenario_hash[arm] != 0 && cell->scenario_hash[arm] != v->scenario_hash;
    cell->scenario_hash[arm] = v->scenario_hash;
    if (arm == ARM_REAL)
        client_share_add(&cell->client, &cells->times, v->metric, v->value);
    add_fate(cells, cell, arm, v);
    for (int f = 0; f < FIGURES; f++) {
        if (strcmp(figures[f].metric, v->metric) != 0 || isnan(v->value))
            continue;
        sample_add(&cell->samples[arm][f], v->value);
        if (arm == ARM_REAL)
            current_run(cells, cell, v, f)->figures[f] = v->value;
    }
}

/* A try of the real arm that was rejected tells of the client, and makes no cell of its own. */
static void add_rejected(void *context, const struct store_value *v)
{
    struct cells *cells = context;
    for (size_t i = 0; i < cells->count; i++)
        if (strcmp(cells->cell[i].text, v->cell) == 0)
            client_share_add(&cells->cell[i].client, &cells->times, v->metric, v->value);
}

/* As if the real arm had not told its latencies. */
static void leave_out_latency(struct cell *cell)
{
    static const enum figure latencies[] = {
        FIGURE_P50,   FIGURE_P95,       FIGURE_P99,        FIGURE_FIRST,     FIGURE_FIRST_P10,
        FIGURE_SLOPE, FIGURE_SLOPE_P10, FIGURE_FIRST_CALM, FIGURE_SLOPE_CALM
    };
    cell->starved[ARM_REAL] = 0;
    cell->due_p95[ARM_REAL].count = cell->due_p99[ARM_REAL].count = 0;
    for (size_t r = 0; r < cell->run_count; r++)
        cell->runs[r].starved = false;
    for (size_t i = 0; i < sizeof latencies / sizeof *latencies; i++) {
        cell->samples[ARM_REAL][latencies[i]].count = 0;
        for (size_t r = 0; r < cell->run_count; r++)
            cell->runs[r].figures[latencies[i]] = NAN;
    }
}

static void finish(struct cell *cell)
{
    if (client_share_judge(&cell->client))
        leave_out_latency(cell);
    for (int a = 0; a < ARMS; a++)
        for (int f = 0; f < FIGURES; f++)
            sample_sort(&cell->samples[a][f]);
}

int cells_load(struct cells *cells, struct store *store, const char *experiment,
               struct error *err)
{
    /* the sim arm first: its plan gives the order of the cells */
    int code = store_values(store, experiment, ARM_SIM, add_value, cells, err);
    if (code == 0)
        code = store_values(store, experiment, ARM_REAL, add_value, cells, err);
    client_times_init(&cells->times);
    if (code == 0)
        code = store_rejected_values(store, experiment, add_rejected, cells, err);
    for (size_t i = 0; i < cells->count && code == 0; i++)
        finish(&cells->cell[i]);
    return code;
}
