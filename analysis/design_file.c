#include "analysis/design_file.h"

#include <math.h>
#include <stdio.h>

#include "experiments/run/options.h"

#define BEFORE_SHARE 0.6 /* of a run's time, with the burst */
#define BURST_SHARE  0.2
#define SLOW_SECONDS 7.0 /* at most, for the fan-outs that are wanted */

double design_file_seconds(const struct design_cell *cell, const struct design_length *length)
{
    double wanted = fmin(length->fan_outs / cell->rate_hz[0], SLOW_SECONDS);
    return cell->slow ? fmax(wanted, length->seconds) : length->seconds;
}

/* In the words of the option table. */
static const char *loop_name(int loop)
{
    size_t count;
    const struct option_row *table = options_all(&count);
    return option_find(table, count, "server.loop")->choices[loop];
}

static void write_loop(FILE *out, const struct design_request *request)
{
    if (request->loop >= 0)
        fprintf(out, "server: { loop: %s, hops: %d }\n", loop_name(request->loop),
                request->hops);
}

/* Node compiles what it sees often: its first fan-outs take a multiple of the later ones, and not
 * always the same. They count as CPU time; their tails would pass for noise. */
static bool is_cold_first(const struct design_request *request)
{
    return request->loop == LOOP_NODE;
}

static void write_head(FILE *out, const struct design_request *request, double seconds,
                       int repeats)
{
    fprintf(out,
            "# Written by pushsim calibrate.\n"
            "question: What do the steps of a delivery cost on this server?\n"
            "workload:\n"
            "  arrivals: poisson\n"
            "  drain: 6s\n"
            "  phases:\n"
            "    - { name: before, duration: %gms, rate: 10/s%s }\n"
            "    - { name: burst, duration: %gms, rate: 10/s }\n"
            "    - { name: after, duration: %gms, rate: 10/s }\n"
            "real: { repeats: %d }\n",
            round(1000 * (BEFORE_SHARE - BURST_SHARE) * seconds),
            is_cold_first(request) ? ", measure: no" : "", round(1000 * BURST_SHARE * seconds),
            round(1000 * (1 - BEFORE_SHARE) * seconds), repeats);
}

enum column { PROTOCOL, CLIENTS, PAYLOAD, BEFORE, BURST, AFTER, LIMIT, BEAT, LONGER, COLUMNS };

/* Slow cells play longer after the burst that they do not have. */
static double after_ms(const struct design_cell *cell, const struct design_length *length)
{
    return round(1000 * (design_file_seconds(cell, length) - BEFORE_SHARE * length->seconds));
}

static void write_value(FILE *out, const struct design_cell *cell,
                        const struct design_length *length, enum column column)
{
    switch (column) {
    case PROTOCOL:
        fputs(protocol_words[cell->protocol], out);
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

static void write_cells(FILE *out, const struct design_cell *cells, size_t count,
                        const struct design_length *length)
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
        has[LONGER] = has[LONGER] || design_file_seconds(&cells[i], length) > length->seconds;
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

char *design_file_text(const struct design_request *request, const struct design_cell *cells,
                       size_t count, const struct design_length *length, int repeats)
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    write_head(out, request, length->seconds, repeats);
    write_loop(out, request);
    write_cells(out, cells, count, length);
    fclose(out);
    return text;
}
