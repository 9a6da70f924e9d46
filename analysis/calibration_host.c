/* calibration_host.c - what the host's mood does to the CPU time of a run: how it goes with its
 * pace and the speed of memory, and how far runs lie from costs that do not know them. */
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
#define POWER_MAX    0.6  /* of memory's, before and after */
#define PACE_ERROR   0.1  /* what three servers' own differed by, and their errors */
#define READ_ERROR   0.15
#define PACE_MAX     2.0
#define BELIEVED     1.5  /* errors of a guess, within which it is weighed as it says */
#define FAR_AWAY     10.0 /* an error that is no guess at all */
#define TURNS        20
#define RUNS_LEAST   6    /* to tell a spread from */
#define SPREAD_LEAST 0.01 /* of runs: no host gives two of them the same to less than that */
#define OUTLYING     2.5  /* spreads beyond which a run is drawn in to this distance */
#define NO_CELL      SIZE_MAX
#define LEVERAGE_MAX                                                                           \
    0.75 /* of a cell that the fit follows: more would make a little error huge */

struct host_runs {
    double *excess;   /* ln(measured / simulated CPU time), on a host of middling speed */
    double *left_out; /* the same under costs fitted without the run's cell; where the pace was
                         measured: on a host of that pace */
    double *own;      /* the same, without what the costs' own errors add to it */
    double *slowness; /* ln of the run's, about the mean of its cell's */
    double *reading;  /* the same */
    double *about;    /* excess, the same */
    double *chance;   /* variance of left_out and own that the model's own chance explains */
    size_t *cell;     /* the run's */
    size_t count, cells; /* that have one */
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
        calibration_simulate(c, s, cell, repeat, 1, d, one);
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

/* What the costs say of a cell that they were fitted to is too near to it: without the cell its
 * runs would lie 1 / (1 - leverage) as far off in the mean. Of that the errors of the costs are a
 * part; the rest lies 1 / sqrt(1 - leverage) as far (a residual's variance is that share of the
 * noise's: Cook, Weisberg, Residuals and Influence in Regression, 1982, 2.1 and 2.2). */
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

static void centre(double *values, size_t count)
{
    double mean = gsl_stats_mean(values, 1, count);
    for (size_t i = 0; i < count; i++)
        values[i] -= mean;
}

/* Runs of one cell are asked the same: what the model is wrong by there is in none of the
 * differences. A host without paces was looked at before and after one run of each, so all runs
 * are one cell. */
static void centre_runs(const struct host_runs *runs, size_t begin)
{
    size_t count = runs->count - begin;
    centre(runs->about + begin, count);
    centre(runs->slowness + begin, count);
    centre(runs->reading + begin, count);
}

static void take_run(const struct calibration *c, const struct calibration_cell *cell, int r,
                     const struct cpu_draws *cpu, struct host_runs *runs)
{
    size_t i = runs->count++;
    runs->excess[i] = runs->about[i] = log(cell->value[CALIBRATION_CPU][r] / cpu->mean_s);
    runs->slowness[i] = log(cell->slowness[r]);
    runs->reading[i] = log(cell->reading[r]);
    runs->left_out[i] = runs->excess[i];
    if (c->pace_s > 0) /* a prediction is told it */
        runs->left_out[i] -= log(calibration_slowed(c, cell, r));
    runs->chance[i] = cpu->variance * (1 + 1.0 / c->draws);
    runs->cell[i] = (size_t)(cell - c->cells);
}

static void free_runs(struct host_runs *runs)
{
    free(runs->excess);
    free(runs->cell);
}

/* The caller gives the runs to free_runs. */
static void collect(const struct calibration *c, const struct calibration_fit *fit,
                    struct host_runs *runs)
{
    size_t all = (size_t)c->runs;
    double *memory = mem_alloc(7 * all * sizeof *memory);
    *runs = (struct host_runs){ .excess = memory,
                                .left_out = memory + all,
                                .own = memory + 2 * all,
                                .slowness = memory + 3 * all,
                                .reading = memory + 4 * all,
                                .about = memory + 5 * all,
                                .chance = memory + 6 * all,
                                .cell = mem_alloc(all * sizeof *runs->cell) };
    struct simulated simulated = { c, fit, mem_alloc(c->cell_count * sizeof *simulated.cpu) };
    parallel_each(c->cell_count, c->jobs, simulate_cell, &simulated);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        size_t begin = runs->count;
        for (int r = 0; r < cell->repeats; r++)
            if (counts(cell, r))
                take_run(c, cell, r, &simulated.cpu[i][r], runs);
        if (runs->count == begin)
            continue;
        leave_out(cell, runs->left_out + begin, runs->own + begin, runs->count - begin);
        if (c->pace_s > 0)
            centre_runs(runs, begin);
        runs->cells++;
    }
    if (c->pace_s == 0 && runs->count > 0) {
        centre_runs(runs, 0);
        runs->cells = 1;
    }
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

struct powers {
    double host, read;
};

/* Variance of a run about what these powers make of it. (Powers that the runs tell take as much as
 * two from its freedom, a twentieth in a calibration: that is left out.) */
static double variance_left(const struct host_runs *runs, struct powers at)
{
    double squares = 0;
    for (size_t i = 0; i < runs->count; i++) {
        double left = runs->about[i] - at.host * runs->slowness[i] - at.read * runs->reading[i];
        squares += left * left;
    }
    return squares / (double)(runs->count - runs->cells);
}

/* Regression of the runs about their cell's mean on both times, each power with what one would
 * guess of it as one observation more. at: in, where the noise is told from; out, the estimate. */
static void regress(const struct host_runs *runs, const struct powers *guess,
                    const struct powers *error, struct powers *at, struct powers *own_error)
{
    double noise = fmax(variance_left(runs, *at), SPREAD_LEAST * SPREAD_LEAST);
    double ss = noise / (error->host * error->host), rr = noise / (error->read * error->read);
    double sr = 0, sy = ss * guess->host, ry = rr * guess->read;
    for (size_t i = 0; i < runs->count; i++) {
        double s = runs->slowness[i], r = runs->reading[i], y = runs->about[i];
        ss += s * s;
        sr += s * r;
        rr += r * r;
        sy += s * y;
        ry += r * y;
    }
    double determinant = ss * rr - sr * sr;
    *at =
        (struct powers){ (sy * rr - ry * sr) / determinant, (ry * ss - sy * sr) / determinant };
    *own_error =
        (struct powers){ sqrt(noise * rr / determinant), sqrt(noise * ss / determinant) };
}

/* Guesses are of one kind of host (Intel Xeon: powers of 0.7 for three servers); on an AMD EPYC
 * nginx goes with 1.9 of the same step, to 0.2. So a guess that is far off gives way: its error
 * grows with its distance. */
static double believed(double at, double guess, double error)
{
    return error * fmax(1, fabs(at - guess) / error / BELIEVED);
}

/* From what the runs say alone, as long as it takes for guess and runs to agree what the guess is
 * worth. */
static void weigh_guess(const struct host_runs *runs, const struct powers *guess,
                        const struct powers *error, struct powers *at, struct powers *own_error)
{
    struct powers wide = { FAR_AWAY, FAR_AWAY };
    *at = *guess;
    for (int k = 0; k <= TURNS; k++) {
        regress(runs, guess, &wide, at, own_error);
        wide.host = believed(at->host, guess->host, error->host);
        wide.read = believed(at->read, guess->read, error->read);
    }
}

void calibration_host_power(struct calibration *c, const struct calibration_fit *fit)
{
    bool paced = c->pace_s > 0;
    double max = paced ? PACE_MAX : POWER_MAX;
    struct host_runs runs;
    struct powers guess = { c->host_power, c->read_power }, at = guess;
    struct powers guess_error = { paced ? PACE_ERROR : POWER_ERROR, READ_ERROR };
    struct powers own_error = guess_error;
    collect(c, fit, &runs);
    if (runs.count >= runs.cells + RUNS_LEAST)
        weigh_guess(&runs, &guess, &guess_error, &at, &own_error);
    c->host_power = fmin(fmax(at.host, 0), max);
    c->read_power = fmin(fmax(at.read, 0), max);
    c->host_error = own_error.host;
    c->read_error = own_error.read;
    free_runs(&runs);
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

/* Standard error of the median over all runs of a time of the host's, as if it were their mean. */
static double middle_error(const struct calibration *c, enum calibration_edge edge)
{
    size_t n = (size_t)c->runs;
    double *logs = calibration_edge_values(c, edge);
    for (size_t i = 0; i < n; i++)
        logs[i] = log(logs[i]);
    double error = n > 1 ? gsl_stats_sd(logs, 1, n) / sqrt((double)n) : 0;
    free(logs);
    return error;
}

/* A power's error as a share of it. One that is as unsure as it is large, or is 0, is told as
 * such: draws from a wider error would be of other hosts (parameter_draws.h). */
static double power_error(double error, double power)
{
    return fmin(error / fmax(power, 0.01), 1);
}

/* Errors of the powers as if the times had none of their own. They have little: one sample in 10
 * ms, set beside nine others in between, gives the mean pace of 4 to 12 s to 0.5 to 1 %, and
 * repeats of a cell lie 10 % apart in it (Intel Xeon, 2026-11-27), so the slope loses one part in
 * a hundred. */
static void add_paces(const struct calibration *c, struct calibration_fit *fit)
{
    add(fit, "cost.host-pace", 1e9 * c->pace_s, middle_error(c, EDGE_HOST_PACE));
    add(fit, "cost.host-power", c->host_power, power_error(c->host_error, c->host_power));
    if (c->read_s == 0)
        return;
    add(fit, "cost.host-memory-pace", 1e9 * c->read_s, middle_error(c, EDGE_HOST_READ));
    add(fit, "cost.host-memory-power", c->read_power,
        power_error(c->read_error, c->read_power));
}

/* What the model's own chance does not explain, of all runs but those of one cell: spells within a
 * run are in it (cost_noise.h). */
static double unexplained(const struct host_runs *runs, const double *values, size_t without)
{
    double *kept = mem_alloc(runs->count * sizeof *kept), chance = 0;
    size_t n = 0;
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->cell[i] == without)
            continue;
        kept[n++] = values[i];
        chance += runs->chance[i];
    }
    double spread = n > 1 ? robust_spread(kept, n) : 0;
    free(kept);
    return sqrt(
        fmax(spread * spread - chance / fmax((double)n, 1), SPREAD_LEAST * SPREAD_LEAST));
}

/* Relative, by the jackknife over cells (Efron, The Jackknife, the Bootstrap and Other Resampling
 * Plans, 1982, 3): runs of one share what the model gets wrong there, the chance that is taken off
 * widens what is left, and a spread that outliers do not bend is told less well than the usual
 * one. Never narrower than that one's of as many runs, each for itself: of few cells the jackknife
 * is rough. The least spread is only a bound. */
static double spread_error(const struct host_runs *runs, double spread)
{
    double n = 0, sum = 0, squares = 0, least = 1 / sqrt(2 * ((double)runs->count - 1));
    for (size_t i = 0; i < runs->count; i++) {
        if (i > 0 && runs->cell[i] == runs->cell[i - 1])
            continue;
        double left = unexplained(runs, runs->left_out, runs->cell[i]);
        n++;
        sum += left;
        squares += left * left;
    }
    if (n < 2 || spread <= SPREAD_LEAST)
        return 1;
    double error = sqrt((n - 1) / n * fmax(squares - sum * sum / n, 0)) / spread;
    return fmin(fmax(error, least), 1);
}

void calibration_host_noise(const struct calibration *c, struct calibration_fit *fit)
{
    struct host_runs runs;
    collect(c, fit, &runs);
    if (runs.count >= RUNS_LEAST) {
        double spread = unexplained(&runs, runs.left_out, NO_CELL);
        add(fit, "cost.host-noise", sqrt(exp(spread * spread) - 1),
            spread_error(&runs, spread));
        fit->noise_left = fmin(unexplained(&runs, runs.own, NO_CELL) / spread, 1);
        if (c->pace_s > 0)
            add_paces(c, fit);
    }
    free_runs(&runs);
}
