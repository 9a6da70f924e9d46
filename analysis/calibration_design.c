#include "analysis/calibration_design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AROUND_S        2.3   /* start, connects, settling and end of a run */
#define REPEATS_MAX     3     /* of the design */
#define DELIVERIES_HZ   40000 /* what a run asks of the client at most */
#define PUBLISHES_HZ    250
#define PUBLISHES_MIN   1.5 /* a second: fewer give no quantiles in a run's time */
#define LIMIT_LEAST     10  /* millicores: the kernel's 1 ms a period */
#define AMPLE           1000
#define LARGE_COSTS     1.4 /* a guess: a delivery of 4 KiB over one of 100 B */
#define BEFORE_SHARE    0.6 /* of a run's time, with the burst */
#define BURST_SHARE     0.2
#define BURST_RATE      3.0 /* over the mean before and after it */
#define BEAT_DELIVERIES 3   /* a guess: what a heartbeat costs, in deliveries */
#define BEAT_LOAD       0.12
#define BEAT_MS_LEAST   500
#define BEAT_MS_MOST    1000 /* at least four times in a run */
#define FULL_SECONDS    4.0
#define LEAST_SECONDS   3.2 /* rather a little shorter than once instead of twice */
#define FAN_OUTS        24 /* that a run has, or four fewer in one of five: fewer tell no mean */
#define SLOW_SECONDS    7.0 /* at most, for so many */
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
    { 110, false, 0.12, 0, STEADY },    { 110, true, 0.12, 0, STEADY },
    { 1300, false, 0.12, 1.7, STEADY }, { 1900, true, 0.30, 0, STEADY },
    { 110, true, 0.02, 0, STEADY },     { 110, true, 0.30, 0, STEADY },
    { 480, false, 0.12, 2.5, STEADY },  { 1900, false, 0.20, 0, STEADY },
    { 110, false, 0.12, 1.2, STEADY },  { 1300, false, 0.05, 2.5, STEADY },
    { 1900, false, 0.16, 1.3, STEADY }, { 480, true, 0.12, 1.3, STEADY },
    { 110, true, 0.12, 0.5, STEADY },   { 1300, false, 0.05, 0, STEADY },
    { 480, false, 0.10, 1.8, BURSTS },  { 15, false, 0.004, 0, STEADY },
    { 110, false, 0.12, 0.7, STEADY },  { 1900, false, 0.16, 0.75, STEADY },
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

struct cell {
    enum push_protocol protocol;
    int clients;
    bool large;
    double rate_hz[3]; /* before, in and after a burst */
    int limit;         /* millicores */
    int beat_ms;       /* between two heartbeats; 0: none */
    bool slow;         /* at one rate, so low that it plays longer than others may */
};

struct length {      /* of the runs */
    double seconds;  /* that each plays, slow ones longer */
    double fan_outs; /* that slow ones have, as far as SLOW_SECONDS go */
};

static double cell_seconds(const struct cell *cell, const struct length *length)
{
    double wanted = fmin(length->fan_outs / cell->rate_hz[0], SLOW_SECONDS);
    return cell->slow ? fmax(wanted, length->seconds) : length->seconds;
}

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

static struct cell cook(const struct recipe *r, enum push_protocol protocol,
                        const struct design_costs *costs)
{
    double each_ns =
        costs->publish_ns + r->clients * costs->delivery_ns * (r->large ? LARGE_COSTS : 1);
    double mean = r->kind == BURSTS ? (2 + BURST_RATE) / 3 : 1; /* over the base rate */
    double most = fmin(PUBLISHES_HZ, (double)DELIVERIES_HZ / r->clients);
    double rate = fmax(fmin(r->load * 1e9 / each_ns / mean, most), PUBLISHES_MIN);
    struct cell cell = {
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

/* -- the file -------------------------------------------------------------------------------- */

static const char *const loop_names[] = {
    [LOOP_UVLOOP] = "uvloop", [LOOP_ASYNCIO] = "asyncio", [LOOP_NODE] = "node",
    [LOOP_NGINX] = "nginx",   [LOOP_THREADS] = "threads",
};

static void write_loop(FILE *out, const struct design_request *request)
{
    if (request->loop >= 0)
        fprintf(out, "server: { loop: %s, hops: %d }\n", loop_names[request->loop],
                request->hops);
}

static void write_head(FILE *out, double seconds, int repeats)
{
    fprintf(out,
            "# Written by pushsim calibrate.\n"
            "question: What do the steps of a delivery cost on this server?\n"
            "workload:\n"
            "  arrivals: poisson\n"
            "  drain: 6s\n"
            "  phases:\n"
            "    - { name: before, duration: %gms, rate: 10/s }\n"
            "    - { name: burst, duration: %gms, rate: 10/s }\n"
            "    - { name: after, duration: %gms, rate: 10/s }\n"
            "real: { repeats: %d }\n",
            round(1000 * (BEFORE_SHARE - BURST_SHARE) * seconds),
            round(1000 * BURST_SHARE * seconds), round(1000 * (1 - BEFORE_SHARE) * seconds),
            repeats);
}

enum column { PROTOCOL, CLIENTS, PAYLOAD, BEFORE, BURST, AFTER, LIMIT, BEAT, LONGER, COLUMNS };

/* Slow cells play longer after the burst that they do not have. */
static double after_ms(const struct cell *cell, const struct length *length)
{
    return round(1000 * (cell_seconds(cell, length) - BEFORE_SHARE * length->seconds));
}

static void write_value(FILE *out, const struct cell *cell, const struct length *length,
                        enum column column)
{
    switch (column) {
    case PROTOCOL:
        fputs(cell->protocol == PROTOCOL_SSE ? "sse" : "websocket", out);
        break;
    case CLIENTS:
        fprintf(out, "%d", cell->clients);
        break;
    case PAYLOAD:
        fputs(cell->large ? "4KiB" : "100B", out);
        break;
    case BEFORE:
    case BURST:
    case AFTER:
        fprintf(out, "%.10g/s", cell->rate_hz[column - BEFORE]);
        break;
    case LIMIT:
        fprintf(out, "%dm", cell->limit);
        break;
    case BEAT:
        fprintf(out, "%dms", cell->beat_ms);
        break;
    case LONGER:
        fprintf(out, "%gms", after_ms(cell, length));
        break;
    case COLUMNS:
        break;
    }
}

static void write_cells(FILE *out, const struct cell *cells, size_t count,
                        const struct length *length)
{
    static const char *const names[COLUMNS] = {
        "protocol",
        "clients.count",
        "workload.payload",
        "workload.phases.before.rate",
        "workload.phases.burst.rate",
        "workload.phases.after.rate",
        "cpu.limit",
        "heartbeat.period",
        "workload.phases.after.duration",
    };
    bool has[COLUMNS] = {
        [PROTOCOL] = true, [CLIENTS] = true, [PAYLOAD] = true, [BEFORE] = true,
        [BURST] = true,    [AFTER] = true,   [LIMIT] = true
    };
    for (size_t i = 0; i < count; i++) {
        has[BEAT] = has[BEAT] || cells[i].beat_ms > 0;
        has[LONGER] = has[LONGER] || cell_seconds(&cells[i], length) > length->seconds;
    }
    fputs("sweep:\n  zip:\n", out);
    for (int column = 0; column < COLUMNS; column++) {
        if (!has[column])
            continue;
        fprintf(out, "    %s: [", names[column]);
        for (size_t i = 0; i < count; i++) {
            fputs(i ? ", " : "", out);
            write_value(out, &cells[i], length, (enum column)column);
        }
        fputs("]\n", out);
    }
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->protocol == b->protocol && a->clients == b->clients && a->large == b->large &&
           memcmp(a->rate_hz, b->rate_hz, sizeof a->rate_hz) == 0 && a->limit == b->limit &&
           a->beat_ms == b->beat_ms;
}

/* A fast server is asked the same by two recipes, where neither load can be reached. */
static size_t add_cell(struct cell *cells, size_t n, const struct cell *cell)
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
    struct cell cells[COUNT(full) * PROTOCOLS]; /* as many as any table has */
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
                struct cell cell = cook(&recipes[i], (enum push_protocol)p, &costs[p]);
                d.count = add_cell(d.cells, d.count, &cell);
            }
    return d;
}

static char *write_design(const struct design_request *request, const struct design *d,
                          const struct length *length, int repeats)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    write_head(out, length->seconds, repeats);
    write_loop(out, request);
    write_cells(out, d->cells, d->count, length);
    fclose(out);
    return text;
}

static bool fits(const struct design_request *request, const struct design *d,
                 const struct length *length, int repeats)
{
    double sum = 0;
    for (size_t i = 0; i < d->count; i++)
        sum += AROUND_S + cell_seconds(&d->cells[i], length);
    return repeats * sum <= request->budget_s;
}

/* Twice as short as may be, rather than once; then slow cells long, rather than others. */
static char *design_length(const struct design_request *request, const struct design *d,
                           double most, int repeats)
{
    struct length length = { LEAST_SECONDS, FAN_OUTS };
    while (length.fan_outs > 0 && !fits(request, d, &length, repeats))
        length.fan_outs--;
    for (struct length longer = length; longer.seconds < most;) {
        longer.seconds = fmin(longer.seconds + 0.05, most);
        if (!fits(request, d, &longer, repeats))
            break;
        length = longer;
    }
    return write_design(request, d, &length, repeats);
}

char *calibration_design(const struct design_request *request,
                         const struct design_costs costs[PROTOCOLS])
{
    static const struct length least = { LEAST_SECONDS, 0 };
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
    static const struct length length = { PILOT_SECONDS, 0 };
    return write_design(request, &d, &length, 1);
}

struct reading { /* sums of one cell */
    double used_s, published;
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
            *protocol = strcmp(value, "sse") == 0 ? PROTOCOL_SSE : PROTOCOL_WEBSOCKET;
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
    int code = store_values(store, name, "real", take, &rows, err);
    if (code)
        return code;
    for (int p = 0; p < PROTOCOLS; p++)
        for (size_t i = 0; request->speaks[p] && i < COUNT(pilot); i++)
            if (!(rows.of[p][i].published > 0))
                return error_set(err, ERR_INVALID,
                                 "no sound pilot run of %s with %d clients: the machine is too "
                                 "busy, or the server does not deliver",
                                 p == PROTOCOL_SSE ? "sse" : "websocket", pilot[i].clients);
    for (int p = 0; p < PROTOCOLS; p++)
        if (request->speaks[p])
            costs[p] = solve(rows.of[p]);
    return 0;
}
