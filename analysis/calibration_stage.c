#include "analysis/calibration_stage.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/parallel.h"
#include "analysis/simplex_search.h"

#define GUESS_SPREAD  1.5 /* of the logarithm of a cost about its default */
#define SLOPE_CLIENTS 64  /* a load client reads the bytes of fewer in one go */
#define TURN          3.0 /* spreads beyond which a residual counts less than its square */
#define ALIKE         (2 * (CALIBRATION_P99 - CALIBRATION_P50 + 1)) /* ample and throttled */

static bool wanted(const struct calibration_stage *stage, const struct calibration_cell *cell,
                   int metric)
{
    if (isnan(cell->real[metric]))
        return false;
    if (calibration_beaten(cell) && metric != CALIBRATION_CPU)
        return false;
    bool ample = !calibration_throttled(cell);
    switch ((enum calibration_metric)metric) {
    case CALIBRATION_CPU:
    case CALIBRATION_BESIDE:
        return true;
    case CALIBRATION_FIRST:
        return ample;
    case CALIBRATION_SLOPE:
        return ample && cell->point->settings.parameters.clients >= SLOPE_CLIENTS;
    case CALIBRATION_P50:
        return ample || stage->quantiles;
    default:
        return stage->quantiles;
    }
}

size_t calibration_stage_figures(const struct calibration_stage *stage)
{
    size_t count = 0;
    for (size_t i = 0; i < stage->calibration->cell_count; i++)
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            count += wanted(stage, &stage->calibration->cells[i], m);
    return count;
}

/* Of residuals: what the cells have alike, the figures, the parameters. */
static size_t residual_count(const struct calibration_stage *stage)
{
    return ALIKE + calibration_stage_figures(stage) + stage->count;
}

/* Pseudo-Huber: r near 0, growing with the root of |r| beyond TURN. */
static double softened(double r)
{
    double turned = sqrt(2 * TURN * TURN * (sqrt(1 + r * r / (TURN * TURN)) - 1));
    return r < 0 ? -turned : turned;
}

static double distance(const struct calibration_cell *cell, int m, double sim)
{
    if (m == CALIBRATION_THROTTLED)
        return sim - cell->real[m];
    return log(fmax(sim, 1e-9) / fmax(cell->real[m], 1e-9));
}

bool calibration_is_level(const char *option)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct option_row *row = option_find(all, count, option);
    return strncmp(option, "cost.", 5) == 0 && row->unit == UNIT_TIME &&
           strcmp(option, "cost.warm.time") != 0;
}

struct trial { /* of some values of the parameters */
    const struct calibration_stage *stage;
    const double *value;
    double (*sim)[CALIBRATION_METRICS]; /* of each cell */
};

static void assign_held(const struct calibration_stage *stage, double level, struct settings *s)
{
    for (size_t p = 0; p < stage->held_count; p++) {
        const struct fit_parameter *held = &stage->held[p];
        double factor = calibration_is_level(held->name) ? level : 1;
        calibration_assign(s, held->name, held->start * factor);
    }
}

static void try_cell(size_t i, void *context)
{
    const struct trial *trial = context;
    const struct calibration_stage *stage = trial->stage;
    const struct calibration *c = stage->calibration;
    struct settings s = calibration_start(c, &c->cells[i]);
    size_t options = stage->count - stage->levelled;
    assign_held(stage, stage->levelled ? trial->value[options] : 1, &s);
    for (size_t p = 0; p < options; p++)
        calibration_assign(&s, stage->parameters[p].name, trial->value[p]);
    calibration_medians(c, &s, &c->cells[i], trial->sim[i]);
}

/* The caller frees sim. */
static struct trial try_all(const struct calibration_stage *stage, const double *value)
{
    const struct calibration *c = stage->calibration;
    struct trial trial = { stage, value, mem_alloc(c->cell_count * sizeof *trial.sim) };
    parallel_each(c->cell_count, c->jobs, try_cell, &trial);
    return trial;
}

/* What a quantile's distances may have alike and be no cost, of their logarithms: tails hold what
 * the model does not know, medians little of it. */
static double alike_error(int m)
{
    return m == CALIBRATION_P50 ? 0.03 : 0.1;
}

/* The weighted mean of a quantile's distances and of 0, to its error; one far off weighs less (as
 * softened, about 0). */
static double told_alike(const struct trial *trial, int m, bool throttled)
{
    const struct calibration *c = trial->stage->calibration;
    double weights = 1 / (alike_error(m) * alike_error(m)), sum = 0;
    if (!trial->stage->quantiles)
        return 0;
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        if (!wanted(trial->stage, cell, m) || calibration_throttled(cell) != throttled)
            continue;
        double r = distance(cell, m, trial->sim[i][m]) / cell->sigma[m];
        double w = 1 / sqrt(1 + r * r / (TURN * TURN)) / cell->sigma[m];
        sum += w * r;
        weights += w / cell->sigma[m];
    }
    return sum / weights;
}

static void tell_alike(const struct trial *trial, double alike[2][CALIBRATION_METRICS])
{
    memset(alike, 0, 2 * sizeof *alike);
    for (int m = CALIBRATION_P50; m <= CALIBRATION_P99; m++)
        for (int throttled = 0; throttled < 2; throttled++)
            alike[throttled][m] = told_alike(trial, m, throttled);
}

void calibration_stage_alike(const struct calibration_stage *stage,
                             double alike[2][CALIBRATION_METRICS])
{
    double value[LEAST_SQUARES_MAX + 1];
    for (size_t p = 0; p < stage->count; p++)
        value[p] = stage->parameters[p].estimate;
    struct trial trial = try_all(stage, value);
    tell_alike(&trial, alike);
    free(trial.sim);
}

static void stage_residuals(const double *value, double *out, void *context)
{
    const struct calibration_stage *stage = context;
    const struct calibration *c = stage->calibration;
    struct trial trial = try_all(stage, value);
    double alike[2][CALIBRATION_METRICS];
    tell_alike(&trial, alike);
    for (int m = CALIBRATION_P50; m <= CALIBRATION_P99; m++)
        for (int throttled = 0; throttled < 2; throttled++)
            *out++ = alike[throttled][m] / alike_error(m);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            if (wanted(stage, cell, m))
                *out++ = softened((distance(cell, m, trial.sim[i][m]) -
                                   alike[calibration_throttled(cell)][m]) /
                                  cell->sigma[m]);
    }
    free(trial.sim);
    /* where the data say nothing, nothing moves: two costs in one sum would else run away */
    for (size_t p = 0; p < stage->count; p++)
        *out++ = log(value[p] / stage->expected[p]) / GUESS_SPREAD;
}

/* One chance moves all figures of a cell. The caller frees. */
static struct residual_origin *origins(const struct calibration_stage *stage)
{
    static_assert(CALIBRATION_METRICS <= RESIDUAL_KINDS, "a kind for each figure");
    const struct calibration *c = stage->calibration;
    struct residual_origin *origin = mem_alloc(residual_count(stage) * sizeof *origin);
    size_t n = 0;
    while (n < ALIKE)
        origin[n++] = (struct residual_origin){ -1, 0 };
    for (size_t i = 0; i < c->cell_count; i++)
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            if (wanted(stage, &c->cells[i], m))
                origin[n++] = (struct residual_origin){ (int)i, m };
    for (size_t p = 0; p < stage->count; p++)
        origin[n++] = (struct residual_origin){ -1, 0 };
    return origin;
}

static int fit(struct calibration_stage *stage, double step, size_t iterations,
               double *leverage, double *covariance, struct fit_result *result,
               struct error *err)
{
    struct residual_origin *origin = origins(stage);
    struct fit_problem problem = { .residuals = stage_residuals,
                                   .context = stage,
                                   .count = residual_count(stage),
                                   .step = step,
                                   .iterations = iterations,
                                   .error_step = covariance ? CALIBRATION_ERROR_STEP : 0,
                                   .leverage = leverage,
                                   .covariance = covariance,
                                   .origin = origin };
    int code = least_squares_fit(&problem, stage->parameters, stage->count, result, err);
    free(origin);
    return code;
}

int calibration_stage_fit(struct calibration_stage *stage, double step, size_t iterations,
                          struct fit_result *result, struct error *err)
{
    return fit(stage, step, iterations, NULL, NULL, result, err);
}

void calibration_stage_search(struct calibration_stage *stage, double width, size_t steps)
{
    struct fit_problem problem = { .residuals = stage_residuals,
                                   .context = stage,
                                   .count = residual_count(stage),
                                   .step = width,
                                   .iterations = steps };
    double chi2;
    simplex_search(&problem, stage->parameters, stage->count, &chi2);
}

int calibration_stage_fit_last(struct calibration *c, struct calibration_stage *stage,
                               double *covariance, struct fit_result *result, struct error *err)
{
    double *leverage = mem_alloc(residual_count(stage) * sizeof *leverage);
    int code = fit(stage, CALIBRATION_ROUGH_STEP, CALIBRATION_ROUGH_ITERATIONS, leverage,
                   covariance, result, err);
    size_t at = ALIKE;
    for (size_t i = 0; i < c->cell_count && !code; i++)
        for (int m = 0; m < CALIBRATION_METRICS; m++) {
            bool counts = wanted(stage, &c->cells[i], m);
            if (counts && m == CALIBRATION_CPU)
                c->cells[i].leverage = leverage[at];
            at += counts;
        }
    free(leverage);
    return code;
}
