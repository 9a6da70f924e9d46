#include "analysis/calibration_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/design_file.h"

#define AROUND_S        2.3   /* start, connects, settling and end of a run */
#define REPEATS_MAX     3     /* of the design */
#define DELIVERIES_HZ   40000 /* what a run asks of the client at most */
#define PUBLISHES_HZ    250
#define PUBLISHES_MIN   1.5 /* a second: fewer give no quantiles in a run's time */
#define LIMIT_LEAST     10  /* millicores: the kernel's 1 ms a period */
#define AMPLE           1000
#define LARGE_COSTS     1.4 /* a guess: a delivery of 4 KiB over one of 100 B */
#define BURST_RATE      3.0 /* over the mean before and after it */
#define BEAT_DELIVERIES 3   /* a guess: what a heartbeat costs, in deliveries */
#define BEAT_LOAD       0.12
#define BEAT_MS_LEAST   500
#define BEAT_MS_MOST    1000 /* at least four times in a run */
#define FULL_SECONDS    4.0
#define LEAST_SECONDS   3.2 /* rather a little shorter than once instead of twice */
#define FAN_OUTS        24 /* that a run has, or four fewer in one of five: fewer tell no mean */
#define QUICK_SECONDS   4.0
#define PILOT_SECONDS   2.5

/* -- cells ----------------------------------------------------------------------------------- */

struct recipe {
    int clients;
    bool large;    /* 4 KiB instead of 100 B */
    double load;   /* demand, as a share of a CPU, that the rate is chosen for */
    double supply; /* CPU limit over the demand; 0: ample */
    /* beats: heartbeats make most of the demand; only of servers that send some */
    enum { STEADY, BURSTS, BEATS } kind;
};

/* The more telling first. */
static const struct recipe full[] = {
    { 480, false, 0.12, 0, STEADY },    { 15, false, 0.10, 0, STEADY },
    { 480, false, 0.12, 1.3, STEADY },  { 480, false, 0.12, 0.5, STEADY },
    { 480, true, 0.12, 0, STEADY },     { 480, false, 0.03, 0, BEATS },
    { 480, false, 0.03, 0, STEADY },    { 110, false, 0.12, 0, STEADY },
    { 110, true, 0.12, 0, STEADY },     { 1300, false, 0.12, 1.7, STEADY },
    { 480, false, 0.50, 0, STEADY },    { 480, true, 0.50, 0, STEADY },
    { 1900, true, 0.30, 0, STEADY },    { 110, true, 0.02, 0, STEADY },
    { 110, true, 0.30, 0, STEADY },     { 480, false, 0.12, 2.5, STEADY },
    { 1900, false, 0.20, 0, STEADY },   { 110, false, 0.12, 1.2, STEADY },
    { 1300, false, 0.05, 2.5, STEADY }, { 480, true, 0.12, 1.3, STEADY },
    { 110, true, 0.12, 0.5, STEADY },   { 1300, false, 0.05, 0, STEADY },
    { 480, false, 0.10, 1.8, BURSTS },  { 15, false, 0.004, 0, STEADY },
    { 110, false, 0.12, 0.7, STEADY },
};
static const struct recipe quick[] = {
    { 300, false, 0.12, 0, STEADY },   { 15, false, 0.10, 0, STEADY },
    { 300, false, 0.12, 1.2, STEADY }, { 300, true, 0.12, 0, STEADY },
    { 300, false, 0.03, 0, BEATS },
};
static const struct recipe pilot[] = {
    { 20, false, 0, 0, STEADY },
    { 480, false, 0, 0, STEADY },
};
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Three digits: as exact as anybody needs, and short to read. */
static double rounded(double value)
{
    double unit = pow(10, floor(log10(value)) - 2);
    return round(value / unit) * unit;
}

/* Heartbeats that load the server as much as the deliveries of other cells, were each as dear as
 * BEAT_DELIVERIES of them. */
static int beat_ms(int clients, const struct design_costs *costs)
{
    double ms = clients * BEAT_DELIVERIES * costs->delivery_ns / BEAT_LOAD / 1e6;
    return (int)fmin(fmax(rounded(ms), BEAT_MS_LEAST), BEAT_MS_MOST);
}

static struct design_cell cook(const struct recipe *r, enum push_protocol protocol,
                               const struct design_costs *costs)
{
    double each_ns =
        costs->publish_ns + r->clients * costs->delivery_ns * (r->large ? LARGE_COSTS : 1);
    double mean = r->kind == BURSTS ? (2 + BURST_RATE) / 3 : 1; /* over the base rate */
    double most = fmin(PUBLISHES_HZ, (double)DELIVERIES_HZ / r->clients);
    double rate = fmax(fmin(r->load * 1e9 / each_ns / mean, most), PUBLISHES_MIN);
    struct design_cell cell = {
        .protocol = protocol, .clients = r->clients, .large = r->large, .limit = AMPLE
    };
    for (int i = 0; i < 3; i++)
        cell.rate_hz[i] = rounded(rate * (r->kind == BURSTS && i == 1 ? BURST_RATE : 1));
    cell.slow = r->kind == STEADY && cell.rate_hz[0] * LEAST_SECONDS < FAN_OUTS;
    if (r->kind == BEATS)
        cell.beat_ms = beat_ms(r->clients, costs);
    double demand = 1000 * rate * mean * each_ns / 1e9; /* millicores */
    if (r->supply > 0)
        cell.limit = (int)fmin(fmax(ceil(r->supply * demand), LIMIT_LEAST), AMPLE);
    return cell;
}

static bool same_cell(const struct design_cell *a, const struct design_cell *b)
{
    return a->protocol == b->protocol && a->clients == b->clients && a->large == b->large &&
           memcmp(a->rate_hz, b->rate_hz, sizeof a->rate_hz) == 0 && a->limit == b->limit &&
           a->beat_ms == b->beat_ms;
}

/* A fast server is asked the same by two recipes, where neither load can be reached. */
static size_t add_cell(struct design_cell *cells, size_t n, const struct design_cell *cell)
{
    for (size_t i = 0; i < n; i++)
        if (same_cell(&cells[i], cell))
            return n;
    cells[n] = *cell;
    return n + 1;
}

static bool asked(const struct design_request *request, const struct recipe *r, int protocol)
{
    return request->speaks[protocol] && (r->kind != BEATS || request->beats[protocol]);
}

struct design {
    struct design_cell cells[COUNT(full) * PROTOCOLS]; /* as many as any table has */
    size_t count;
};

/* All protocols of a recipe side by side: what drifts on the host meets them alike. */
static struct design cook_all(const struct design_request *request,
                              const struct recipe *recipes, size_t count,
                              const struct design_costs costs[PROTOCOLS])
{
    struct design d = { .count = 0 };
    for (size_t i = 0; i < count; i++)
        for (int p = 0; p < PROTOCOLS; p++)
            if (asked(request, &recipes[i], p)) {
                struct design_cell cell = cook(&recipes[i], (enum push_protocol)p, &costs[p]);
                d.count = add_cell(d.cells, d.count, &cell);
            }
    return d;
}

static bool fits(const struct design_request *request, const struct design *d,
                 const struct design_length *length, int repeats)
{
    double sum = 0;
    for (size_t i = 0; i < d->count; i++)
        sum += AROUND_S + design_file_seconds(&d->cells[i], length);
    return repeats * sum <= request->budget_s;
}

/* Twice as short as may be, rather than once; then slow cells long, rather than others. */
static char *design_length(const struct design_request *request, const struct design *d,
                           double most, int repeats)
{
    struct design_length length = { LEAST_SECONDS, FAN_OUTS };
    while (length.fan_outs > 0 && !fits(request, d, &length, repeats))
        length.fan_outs--;
    for (struct design_length longer = length; longer.seconds < most;) {
        longer.seconds = fmin(longer.seconds + 0.05, most);
        if (!fits(request, d, &longer, repeats))
            break;
        length = longer;
    }
    return design_file_text(request, d->cells, d->count, &length, repeats);
}

char *calibration_design(const struct design_request *request,
                         const struct design_costs costs[PROTOCOLS])
{
    static const struct design_length least = { LEAST_SECONDS, 0 };
    bool is_quick = request->size == DESIGN_QUICK;
    const struct recipe *recipes = is_quick ? quick : full;
    size_t count = is_quick ? COUNT(quick) : COUNT(full);
    int repeats = is_quick ? 1 : REPEATS_MAX;
    struct design d = cook_all(request, recipes, count, costs);
    while (repeats > 1 && !fits(request, &d, &least, repeats))
        repeats--;
    while (count > 1 && !fits(request, &d, &least, repeats))
        d = cook_all(request, recipes, --count, costs);
    return design_length(request, &d, is_quick ? QUICK_SECONDS : FULL_SECONDS, repeats);
}

/* -- the pilot ------------------------------------------------------------------------------- */

/* A load of a few per cent for a fast server and of less than one CPU for a slow one. */
#define PILOT_PUBLISH_NS  500e3
#define PILOT_DELIVERY_NS 20e3
#define PILOT_LOAD        0.1

char *calibration_pilot(const struct design_request *request)
{
    struct recipe recipes[COUNT(pilot)];
    struct design_costs guess[PROTOCOLS];
    memcpy(recipes, pilot, sizeof recipes);
    for (size_t i = 0; i < COUNT(pilot); i++)
        recipes[i].load = PILOT_LOAD;
    for (int p = 0; p < PROTOCOLS; p++)
        guess[p] = (struct design_costs){ PILOT_PUBLISH_NS, PILOT_DELIVERY_NS };
    struct design d = cook_all(request, recipes, COUNT(pilot), guess);
    static const struct design_length length = { PILOT_SECONDS, 0 };
    return design_file_text(request, d.cells, d.count, &length, 1);
}

struct reading { /* sums of one cell */
    double used_s, published, delivered;
};

struct pilot_rows {
    struct reading of[PROTOCOLS][COUNT(pilot)];
};

static bool find_cell(const char *cell, int *protocol, size_t *recipe)
{
    char key[64], value[UNIT_TEXT_BYTES];
    int found = 0;
    while (cell_next(&cell, key, value)) {
        if (strcmp(key, "protocol") == 0) {
            *protocol = strcmp(value, protocol_words[PROTOCOL_SSE]) == 0 ? PROTOCOL_SSE
                                                                         : PROTOCOL_WEBSOCKET;
            found |= 1;
        }
        for (size_t i = 0; strcmp(key, "clients.count") == 0 && i < COUNT(pilot); i++)
            if (atoi(value) == pilot[i].clients) {
                *recipe = i;
                found |= 2;
            }
    }
    return found == 3;
}

static void take(void *context, const struct store_value *v)
{
    struct pilot_rows *rows = context;
    int protocol;
    size_t recipe;
    if (!find_cell(v->cell, &protocol, &recipe))
        return;
    if (strcmp(v->metric, "cpu.used") == 0)
        rows->of[protocol][recipe].used_s += v->value;
    if (strcmp(v->metric, "published") == 0)
        rows->of[protocol][recipe].published += v->value;
    if (strcmp(v->metric, "delivered") == 0)
        rows->of[protocol][recipe].delivered += v->value;
}

/* Two equations: CPU time of a publish = publish + clients x delivery. */
static struct design_costs solve(const struct reading reading[COUNT(pilot)])
{
    double few = 1e9 * reading[0].used_s / reading[0].published;
    double many = 1e9 * reading[1].used_s / reading[1].published;
    double delivery = (many - few) / (pilot[1].clients - pilot[0].clients);
    delivery = fmax(delivery, 100);
    return (struct design_costs){ fmax(few - pilot[0].clients * delivery, 1e3), delivery };
}

int calibration_pilot_read(const struct design_request *request, struct store *store,
                           const char *name, struct design_costs costs[PROTOCOLS],
                           struct error *err)
{
    struct pilot_rows rows = { 0 };
    int code = store_values(store, name, ARM_REAL, take, &rows, err);
    if (code)
        return code;
    for (int p = 0; p < PROTOCOLS; p++)
        for (size_t i = 0; request->speaks[p] && i < COUNT(pilot); i++)
            if (!(rows.of[p][i].published > 0 && rows.of[p][i].delivered > 0))
                return error_set(err, ERR_STATE, "no sound pilot run of %s with %d clients",
                                 protocol_words[p], pilot[i].clients);
    for (int p = 0; p < PROTOCOLS; p++)
        if (request->speaks[p])
            costs[p] = solve(rows.of[p]);
    return 0;
}
