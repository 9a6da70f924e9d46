#include "analysis/calibration_stage.h"

#include <math.h>
#include <stdio.h>

#include "analysis/calibration_scatter.h"

/* Means of simulations with the same random numbers are smooth: short difference quotients. The
 * second walk of the means goes on from the first one's end, only the host's power is new. */
#define MEANS_STEP        0.02
#define MEANS_ITERATIONS  30
#define MEANS_AGAIN       15
#define SEARCH_STEPS      100 /* of a simplex of some six dimensions */
#define SEARCH_WIDE       0.3 /* of logarithms */
#define SEARCH_NEAR       0.2
#define CHOICE_ITERATIONS 10 /* a loop that is wrong misses by more than what is left to gain */

/* The next stage starts from what this one could tell. */
static void carry_on(struct fit_parameter *parameters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (parameters[i].identified)
            parameters[i].start = parameters[i].estimate;
}

static void read_fit(const struct fit_parameter *parameters, size_t n,
                     struct calibration_fit *fit)
{
    fit->count = fit->joint = n;
    for (size_t i = 0; i < n; i++) {
        struct calibrated *o = &fit->options[i];
        snprintf(o->option, sizeof o->option, "%s", parameters[i].name);
        o->identified = parameters[i].identified;
        o->estimate = parameters[i].estimate;
        o->relative_error = parameters[i].relative_error;
    }
}

/* The logarithm of a cost that the data do not tell has so wide an error that costs in one sum
 * with it would not keep their sum: the model bends long before. It is held at its estimate, and
 * the others vary as they do then. */
static void hold_untold(struct calibration_fit *fit)
{
    for (size_t i = 0; i < fit->joint; i++)
        if (!fit->options[i].identified)
            least_squares_hold(fit->covariance, fit->joint, i);
}

struct fitting {
    struct fit_parameter parameters[LEAST_SQUARES_MAX + 1]; /* means, tails, the means' level */
    double expected[LEAST_SQUARES_MAX + 1];
    size_t means, all; /* that are there, without the level */
    struct calibration_stage first, tails, joint;
};

static void prepare(struct calibration *c, struct fitting *f)
{
    f->means = calibration_varied(c, CALIBRATION_MEANS, f->parameters, 0);
    f->means = calibration_varied(c, CALIBRATION_COLD, f->parameters, f->means);
    f->all = calibration_varied(c, CALIBRATION_TAILS, f->parameters, f->means);
    f->parameters[f->all] = (struct fit_parameter){ .name = "level", .start = 1 };
    for (size_t i = 0; i <= f->all; i++)
        f->expected[i] = f->parameters[i].start;
    struct calibration_stage all = { .calibration = c,
                                     .parameters = f->parameters,
                                     .count = f->all,
                                     .expected = f->expected,
                                     .quantiles = true };
    f->joint = f->tails = f->first = all;
    f->first.count = f->means;
    f->first.quantiles = false;
    f->tails.parameters += f->means;
    f->tails.expected += f->means;
    f->tails.count = f->all - f->means + 1;
    f->tails.held = f->parameters;
    f->tails.held_count = f->means;
    f->tails.levelled = true;
}

static int fit_means(struct calibration *c, struct fitting *f, struct calibration_fit *made,
                     struct error *err)
{
    int code =
        calibration_stage_fit(&f->first, MEANS_STEP, MEANS_ITERATIONS, &made->means, err);
    if (code == 0) {
        carry_on(f->parameters, f->means);
        read_fit(f->parameters, f->means, made);
        calibration_host_power(c, made);
        code = calibration_stage_fit(&f->first, MEANS_STEP, MEANS_AGAIN, &made->means, err);
    }
    carry_on(f->parameters, f->means);
    return code ? error_wrap(err, code, "fit of the mean costs") : 0;
}

static void start_from_here(struct fit_parameter *parameters, size_t n)
{
    for (size_t i = 0; i < n; i++)
        parameters[i].start = parameters[i].estimate;
}

/* With the means' proportions, not their level: what tails add to every mean, the means give back. */
static void look_for_tails(struct fitting *f, double width)
{
    struct fit_parameter *level = &f->parameters[f->all];
    level->start = 1;
    calibration_stage_search(&f->tails, width, SEARCH_STEPS);
    start_from_here(f->parameters + f->means, f->all - f->means);
    for (size_t i = 0; i < f->means; i++)
        if (calibration_is_level(f->parameters[i].name))
            f->parameters[i].start *= level->estimate;
}

/* Means first, then what the tails tell with the means' proportions held, then all of it together:
 * each stage starts near its goal, since the quantiles of a simulation are a rough surface to walk
 * on. Where the walk ends, tails are looked for once more, and the last stage, which knows which
 * figures are rough and tells the errors, begins with what was found. */
int calibration_run(struct calibration *c, struct calibration_fit *fit, struct error *err)
{
    struct fitting f;
    struct calibration_fit made = { 0 };
    prepare(c, &f);
    int code = fit_means(c, &f, &made, err);
    if (code)
        return code;
    look_for_tails(&f, SEARCH_WIDE);
    for (size_t i = 0; i < f.all; i++)
        f.parameters[i].estimate = f.parameters[i].start;
    read_fit(f.parameters, f.all, &made);
    calibration_scatter(c, &made);
    code = calibration_stage_fit(&f.joint, CALIBRATION_ROUGH_STEP, CALIBRATION_ROUGH_ITERATIONS,
                                 &made.quantiles, err);
    if (code == 0) {
        start_from_here(f.parameters, f.all);
        look_for_tails(&f, SEARCH_NEAR);
        code = calibration_stage_fit_last(c, &f.joint, made.covariance, &made.quantiles, err);
    }
    if (code)
        return error_wrap(err, code, "fit of the quantiles");
    made.residuals = calibration_stage_figures(&f.joint);
    calibration_stage_alike(&f.joint, made.alike);
    read_fit(f.parameters, f.all, &made);
    hold_untold(&made);
    *fit = made;
    return 0;
}

/* Schwarz's criterion of the means under c's loop, with a variance that nobody knows: N ln(chi2 /
 * N) + p ln N, p the parameters that the N figures tell, not those that a guess alone holds. */
static int judge_loop(const struct calibration *c, double *criterion, struct error *err)
{
    struct fit_parameter parameters[LEAST_SQUARES_MAX];
    struct fit_result result;
    double expected[LEAST_SQUARES_MAX];
    size_t n = calibration_varied(c, CALIBRATION_MEANS, parameters, 0);
    for (size_t k = 0; k < n; k++)
        expected[k] = parameters[k].start;
    struct calibration_stage means = {
        .calibration = c, .parameters = parameters, .count = n, .expected = expected
    };
    int code = calibration_stage_fit(&means, MEANS_STEP, CHOICE_ITERATIONS, &result, err);
    if (code)
        return error_wrap(err, code, "fit of the mean costs");
    double figures = (double)calibration_stage_figures(&means);
    *criterion = figures * log(result.chi2 / figures) + result.freedom * log(figures);
    return 0;
}

int calibration_choose_loop(struct calibration *c, struct error *err)
{
    static const struct {
        enum loop_kind loop;
        int hops;
    } kinds[] = { { LOOP_NODE, 0 }, { LOOP_UVLOOP, 1 }, { LOOP_ASYNCIO, 1 } };
    struct calibration trial = *c; /* one simulation a run tells loops apart */
    trial.draws = 1;
    double best = INFINITY;
    size_t chosen = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double criterion = INFINITY;
        trial.loop = kinds[i].loop;
        trial.hops = kinds[i].hops;
        int code = judge_loop(&trial, &criterion, err);
        if (code)
            return code;
        if (criterion < best) {
            best = criterion;
            chosen = i;
        }
    }
    c->loop = kinds[chosen].loop;
    c->hops = kinds[chosen].hops;
    return 0;
}

void calibration_settings(const struct calibration *c, const struct calibration_fit *fit,
                          const struct calibration_cell *cell, struct settings *out)
{
    *out = calibration_start(c, cell);
    calibration_assign_all(out, fit->options, fit->count);
}

void calibration_predict(const struct calibration *c, const struct calibration_fit *fit,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS])
{
    struct settings s;
    calibration_settings(c, fit, cell, &s);
    calibration_medians(c, &s, cell, out);
}
