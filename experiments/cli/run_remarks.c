/* run_remarks.c - what the table of a run's cells does not tell. */
#include "experiments/cli/run_remarks.h"

#include <math.h>
#include <stdio.h>

#include "analysis/slo.h"

#define MISSING_TOLD   0.0005
#define UNDER_WAY_TOLD 0.01 /* of the messages: above it their p99 is not that of the others */

/* A row without latencies is no idle one. */
static void print_starved(const struct cells *cells)
{
    size_t runs = 0;
    for (size_t i = 0; i < cells->count; i++)
        runs += cells->cell[i].starved[ARM_SIM];
    if (runs > 0)
        printf("\n%zu run%s without any measured delivery, although messages were due\n", runs,
               runs == 1 ? "" : "s");
}

/* Nor are latencies of what arrived those of all. */
static void print_under_way(const struct cells *cells)
{
    size_t late = 0;
    double most = 0;
    for (size_t i = 0; i < cells->count; i++) {
        double share = slo_under_way_share(&cells->cell[i], ARM_SIM);
        if (cells->cell[i].starved[ARM_SIM] > 0 || !(share > UNDER_WAY_TOLD))
            continue;
        late++;
        most = fmax(most, share);
    }
    if (late > 0)
        printf(
            "\nin %zu cell%s up to %.0f %% of the messages had not arrived when the drain was "
            "over: p50, p95\nand p99 are of those that had, the slo is judged by all\n",
            late, late == 1 ? "" : "s", 100 * most);
}

/* The column tells drops; not all that never comes is dropped. */
static void print_missing(const struct cells *cells)
{
    size_t where = 0;
    double most = 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sample *s = cells->cell[i].samples[ARM_SIM];
        double dropped = sample_mean(&s[FIGURE_DROPPED]) /
                         (sample_mean(&s[FIGURE_DROPPED]) + sample_mean(&s[FIGURE_DELIVERED]));
        double missing = slo_missing_share(&cells->cell[i], ARM_SIM);
        if (!(missing > MISSING_TOLD && missing > 2 * dropped))
            continue;
        where++;
        most = fmax(most, missing);
    }
    if (where > 0)
        printf("\nin %zu cell%s up to %.3g %% of the messages never came: dropped, lost with a "
               "connection, or\npublished while no server listened\n",
               where, where == 1 ? "" : "s", 100 * most);
}

/* A client that is thrown out gets nothing late. */
static void print_away(const struct cells *cells)
{
    size_t where = 0;
    double disconnects = 0, missed = 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sample *s = cells->cell[i].samples[ARM_SIM];
        double ended = sample_mean(&s[FIGURE_DISCONNECTS]) - sample_mean(&s[FIGURE_LEFT]);
        where += ended >= 0.5;
        disconnects = fmax(disconnects, ended);
        missed = fmax(missed, sample_mean(&s[FIGURE_MISSED]));
    }
    if (where == 0)
        return;
    printf("\nin %zu cell%s up to %.0f disconnects a run", where, where == 1 ? "" : "s",
           disconnects);
    if (missed > 0)
        printf(", and %.0f messages that their clients, away, missed", missed);
    putchar('\n');
}

/* Of all runs; NAN where none records it. */
static double greatest(const struct cells *cells, enum figure figure)
{
    double most = NAN;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sample *s = &cells->cell[i].samples[ARM_SIM][figure];
        if (s->count > 0)
            most = fmax(most, s->values[s->count - 1]); /* sorted */
    }
    return most;
}

/* Actions that the experiment gives and that did nothing at all. */
static void print_idle_actions(const struct plan *plan, const struct cells *cells)
{
    bool refuses = false, sheds = false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct slo_control_params *c = &plan->points[i].settings.parameters.control;
        bool begins = c->trigger != TRIGGER_NEVER;
        refuses |= begins && c->retry_after_ns > 0;
        sheds |= begins && (c->low_priority > 0 || c->shed_share > 0);
    }
    if (refuses && greatest(cells, FIGURE_REFUSED) == 0)
        puts("\nslo.control.retry-after refused nobody: it was never in force, or no client "
             "connected meanwhile");
    if (sheds && greatest(cells, FIGURE_SHED) == 0)
        puts("\nslo.control shed nothing: it was never in force, or nothing was published "
             "meanwhile");
}

/* Latencies of those who are in are short where the others are kept out. */
static void print_full(const struct cells *cells)
{
    size_t where = 0;
    for (size_t i = 0; i < cells->count; i++)
        where += sample_mean(&cells->cell[i].samples[ARM_SIM][FIGURE_OVER_CAPACITY]) > 0;
    if (where > 0)
        printf("\nin %zu cell%s pods had no room for all that connected (fleet.capacity)\n",
               where, where == 1 ? "" : "s");
}

static void print_idle_autoscaler(const struct plan *plan, const struct cells *cells)
{
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->points[i].settings.parameters.fleet.autoscale)
            return;
    if (greatest(cells, FIGURE_SCALED_UP) == 0 && greatest(cells, FIGURE_SCALED_DOWN) == 0)
        puts("\nthe autoscaler changed nothing in any run");
}

void run_remarks_print(const struct plan *plan, const struct cells *cells)
{
    print_starved(cells);
    print_under_way(cells);
    print_missing(cells);
    print_away(cells);
    print_full(cells);
    print_idle_autoscaler(plan, cells);
    print_idle_actions(plan, cells);
}
