/* calibration_host.c - what the host's mood does to the CPU time of a run: how it goes with its pace
 * or the speed of memory, and how far runs lie from costs that do not know them. */
#include "analysis/calibration_internal.h"
#include "analysis/parallel.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>

/* A server at its limit uses what it is given: its CPU time tells nothing about its costs. */
#define FREE_SHARE   0.5  /* of throttled periods, below which a run counts */
#define POWER_ERROR  0.15 /* of what one would guess, before any run is looked at */
#define POWER_MAX    0.6  /* of memory's */
#define PACE_ERROR   0.3
#define PACE_MAX     2.0
#define RUNS_LEAST   6    /* to tell a spread from */
#define SPREAD_LEAST 0.01 /* of runs: no host gives two of them the same to less than that */
#define OUTLYING     2.5  /* spreads beyond which a run is drawn in to this distance */
#define LEVERAGE_MAX                                                                           \
    0.75 /* of a cell that the fit follows: more would make a little error huge */

struct host_runs {
    double *excess;   /* ln(measured / simulated CPU time), on a host of middling speed */
    double *left_out; /* the same under costs fitted without the run's cell; where the pace was
                         measured: on a host of that pace */
    double *own;      /* the same, without what the costs' own errors add to it */
    double *slowness; /* ln of the run's */
    size_t count;
    double chance; /* variance of left_out and own that the model's own chance explains */
};

struct cpu_draws { /* of one real run's simulations */
    double mean_s;
    double variance; /* of ln, of one; 0 where there is one draw */
};

static struct cpu_draws simulated_cpu(const struct calibration *c, const struct settings *s,
                                      const struct calibration_cell *cell, int repeat)
{
    double sum = 0, logs = 0, squares = 0, one[CALIBRATION_METRICS], n = c->draws;
    for (int d = 0; d < c->draws; d++) {
        calibration_simulate(c, s, cell, repeat, 0, d, one);
        double ln = log(one[CALIBRATION_CPU]);
        sum += one[CALIBRATION_CPU];
        logs += ln;
        squares += ln * ln;
    }
    double variance = n > 1 ? fmax(squares - logs * logs / n, 0) / (n - 1) : 0;
    return (struct cpu_draws){ sum / n, variance };
}

static bool counts(const struct calibration_cell *cell, int repeat)
{
    return cell->value[CALIBRATION_CPU][repeat] > 0 &&
           !(cell->value[CALIBRATION_THROTTLED][repeat] > FREE_SHARE);
}

struct simulated {
    const struct calibration *calibration;
    const struct calibration_fit *fit;
    struct cpu_draws (*cpu)[CALIBRATION_REPEATS]; /* of each cell's runs that count */
};

static void simulate_cell(size_t i, void *context)
{
    const struct simulated *out = context;
    const struct calibration_cell *cell = &out->calibration->cells[i];
    struct settings s;
    calibration_settings(out->calibration, out->fit, cell, &s);
    for (int r = 0; r < cell->repeats; r++)
        if (counts(cell, r))
            out->cpu[i][r] = simulated_cpu(out->calibration, &s, cell, r);
}

/* What the costs say of a cell that they were fitted to is too near to it: without the cell its runs
 * would lie 1 / (1 - leverage) as far off in the mean. Of that the errors of the costs are a part; the
 * rest lies 1 / sqrt(1 - leverage) as far (a residual's variance is that share of the noise's: Cook,
 * Weisberg, Residuals and Influence in Regression, 1982, 2.1 and 2.2). */
static void leave_out(const struct calibration_cell *cell, double *left_out, double *own,
                      size_t count)
{
    double kept = 1 - fmin(cell->leverage, LEVERAGE_MAX);
    double mean = gsl_stats_mean(left_out, 1, count);
    for (size_t i = 0; i < count; i++) {
        own[i] = left_out[i] + mean * (1 / sqrt(kept) - 1);
        left_out[i] += mean * (1 / kept - 1);
    }
}

/* The caller frees excess. */
static void collect(const struct calibration *c, const struct calibration_fit *fit,
                    struct host_runs *runs)
{
    double known_power = c->pace_s > 0 ? c->host_power : 0; /* a prediction is told the pace */
    double *memory = mem_alloc(4 * (size_t)c->runs * sizeof *memory);
    *runs = (struct host_runs){
        memory, memory + c->runs, memory + 2 * c->runs, memory + 3 * c->runs, 0, 0
    };
    struct simulated simulated = { c, fit, mem_alloc(c->cell_count * sizeof *simulated.cpu) };
    parallel_each(c->cell_count, c->jobs, simulate_cell, &simulated);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        size_t begin = runs->count;
        for (int r = 0; r < cell->repeats; r++) {
            if (!counts(cell, r))
                continue;
            double used = cell->value[CALIBRATION_CPU][r];
            runs->excess[runs->count] = log(used / simulated.cpu[i][r].mean_s);
            runs->chance += simulated.cpu[i][r].variance * (1 + 1.0 / c->draws);
            runs->slowness[runs->count] = log(cell->slowness[r]);
            runs->left_out[runs->count] =
                runs->excess[runs->count] - known_power * runs->slowness[runs->count];
            runs->count++;
        }
        if (runs->count > begin)
            leave_out(cell, runs->left_out + begin, runs->own + begin, runs->count - begin);
    }
    runs->chance /= fmax((double)runs->count, 1);
    free(simulated.cpu);
}

/* Standard deviation with what lies far out drawn in: one disturbed run is not the host. Sorts. */
static double robust_spread(double *values, size_t count)
{
    gsl_sort(values, 1, count);
    double median = gsl_stats_median_from_sorted_data(values, 1, count);
    double quartiles = gsl_stats_quantile_from_sorted_data(values, 1, count, 0.75) -
                       gsl_stats_quantile_from_sorted_data(values, 1, count, 0.25);
    double bound = OUTLYING * quartiles / 1.349; /* of a normal distribution's */
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        double far = fmin(fabs(values[i] - median), bound);
        squares += far * far;
    }
    return sqrt(squares / (double)(count - 1));
}

/* Regression through the means, with the power that is there as what one would guess. */
void calibration_host_power(struct calibration *c, const struct calibration_fit *fit)
{
    struct host_runs runs;
    collect(c, fit, &runs);
    if (runs.count >= RUNS_LEAST) {
        double x = gsl_stats_mean(runs.slowness, 1, runs.count);
        double y = gsl_stats_mean(runs.excess, 1, runs.count);
        double noise = gsl_stats_variance(runs.excess, 1, runs.count);
        double error = c->pace_s > 0 ? PACE_ERROR : POWER_ERROR;
        double weight = noise / (error * error);
        double max = c->pace_s > 0 ? PACE_MAX : POWER_MAX;
        double xx = weight, xy = weight * c->host_power;
        for (size_t i = 0; i < runs.count; i++) {
            xx += (runs.slowness[i] - x) * (runs.slowness[i] - x);
            xy += (runs.slowness[i] - x) * (runs.excess[i] - y);
        }
        if (xx > 0)
            c->host_power = fmin(fmax(xy / xx, 0), max);
    }
    free(runs.excess);
}

static void add(struct calibration_fit *fit, const char *option, double estimate, double error)
{
    struct calibrated *o = &fit->options[fit->count++];
    assert(fit->count <= CALIBRATED_MAX);
    snprintf(o->option, sizeof o->option, "%s", option);
    o->estimate = estimate;
    o->relative_error = error;
    o->identified = true;
}

/* Standard errors of the regression's slope, as if the pace had no error of its own. It has little: one
 * sample in 10 ms, set beside nine others in between, gives the mean of 4 to 12 s to 0.5 to 1 %, and
 * repeats of a cell lie 10 % apart in it (Intel Xeon, 2026-11-27), so the slope loses one part in a
 * hundred. */
static void add_pace(const struct calibration *c, const struct host_runs *runs, double spread,
                     struct calibration_fit *fit)
{
    double n = (double)runs->count;
    double xx = (n - 1) * gsl_stats_variance(runs->slowness, 1, runs->count);
    double error = 1 / sqrt(xx / (spread * spread) + 1 / (PACE_ERROR * PACE_ERROR));
    add(fit, "cost.host-pace", 1e9 * c->pace_s, sqrt(xx / (n - 1) / n));
    add(fit, "cost.host-power", c->host_power, error / fmax(c->host_power, 0.01));
}

/* What the model's own chance does not explain: spells within a run are in it (cost_noise.h). */
static double unexplained(const struct host_runs *runs, double *values)
{
    double spread = robust_spread(values, runs->count);
    return sqrt(fmax(spread * spread - runs->chance, SPREAD_LEAST * SPREAD_LEAST));
}

void calibration_host_noise(const struct calibration *c, struct calibration_fit *fit)
{
    struct host_runs runs;
    collect(c, fit, &runs);
    if (runs.count >= RUNS_LEAST) {
        double spread = unexplained(&runs, runs.left_out);
        add(fit, "cost.host-noise", sqrt(exp(spread * spread) - 1),
            1 / sqrt(2 * (double)(runs.count - 1)));
        fit->noise_left = fmin(unexplained(&runs, runs.own) / spread, 1);
        if (c->pace_s > 0)
            add_pace(c, &runs, spread, fit);
    }
    free(runs.excess);
}
