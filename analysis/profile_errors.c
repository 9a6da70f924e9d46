#include "analysis/profile_errors.h"

#include <math.h>
#include <stdlib.h>

#include "experiments/run/fitted_ranges.h"
#include "experiments/run/parameter_draws.h"

#define ERROR_LEAST 1e-4 /* of a logarithm: below, counted and not estimated */

/* ---- parameters ---- */

static double covariance(const struct calibration_fit *fit, size_t i, size_t j)
{
    return fit->covariance[i * fit->joint + j];
}

/* Standard error of the logarithm; 0: held. */
static double error_of(const struct calibration_fit *fit, size_t i)
{
    const struct calibrated *o = &fit->options[i];
    double error = i < fit->joint ? sqrt(fmax(covariance(fit, i, i), 0)) : o->relative_error;
    return o->identified && isfinite(error) && error > ERROR_LEAST ? error : 0;
}

/* Rounded before it is known to be 0, so that the last one written is not. */
static double correlation(const struct calibration_fit *fit, size_t i, size_t j)
{
    double rho = covariance(fit, i, j) / (error_of(fit, i) * error_of(fit, j));
    return round(1e3 * fmin(fmax(rho, -1), 1)) / 1e3 + 0.0; /* no -0 */
}

/* ", with: "0.12 -0.4"": as far as the last that is not 0. */
static void write_with(FILE *out, const struct calibration_fit *fit, size_t i)
{
    size_t end = 0;
    const char *before = ", with: \"";
    for (size_t j = 0; j < i; j++)
        if (error_of(fit, j) > 0 && correlation(fit, i, j) != 0)
            end = j + 1;
    for (size_t j = 0; j < end; j++)
        if (error_of(fit, j) > 0) {
            fprintf(out, "%s%.3g", before, correlation(fit, i, j));
            before = " ";
        }
    if (end > 0)
        fputc('"', out);
}

static void write_parameters(FILE *out, const struct calibration_fit *fit)
{
    size_t written = 0;
    for (size_t i = 0; i < fit->count && written < PARAMETER_DRAWS_MAX; i++) {
        double error = error_of(fit, i);
        if (error == 0)
            continue;
        if (written++ == 0)
            fputs("  parameters:  # errors of their logarithms, and correlations with those "
                  "above\n",
                  out);
        fprintf(out, "    - { name: %s, error: %.3g", fit->options[i].option, error);
        if (i < fit->joint)
            write_with(out, fit, i);
        fputs(" }\n", out);
    }
}

/* ---- paces ---- */

static int by_step(const void *a, const void *b)
{
    const struct run_pace *x = a, *y = b;
    return (x->step_ns > y->step_ns) - (x->step_ns < y->step_ns);
}

static void write_time(FILE *out, double ns)
{
    char text[UNIT_TEXT_BYTES];
    fprintf(out, " %s", unit_format(text, UNIT_TIME, round(1e3 * ns) / 1e3));
}

/* Of real runs, from the least to the greatest step: how fast the host was in them, both times
 * together since they go together. */
static void write_paces(FILE *out, const struct calibration *c)
{
    struct run_pace *all = mem_alloc((size_t)c->runs * sizeof *all);
    size_t count = 0, which[PROFILE_PACES];
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            all[count++] = (struct run_pace){ 1e9 * c->cells[i].edge[EDGE_HOST_PACE][r],
                                              1e9 * c->cells[i].edge[EDGE_HOST_READ][r] };
    qsort(all, count, sizeof *all, by_step);
    fputs("  paces:", out);
    for (int k = 0; k < PROFILE_PACES; k++) {
        which[k] = (size_t)k * (count - 1) / (PROFILE_PACES - 1);
        write_time(out, all[which[k]].step_ns);
    }
    fputs("  # host.pace of the runs: quantiles\n", out);
    if (c->read_s > 0) {
        fputs("  reads:", out);
        for (int k = 0; k < PROFILE_PACES; k++)
            write_time(out, all[which[k]].read_ns);
        fputs("  # host.memory-pace of these runs\n", out);
    }
    free(all);
}

void profile_errors_write(FILE *out, const struct calibration *c,
                          const struct calibration_fit *fit)
{
    char text[UNIT_TEXT_BYTES];
    if (fit->noise_left > 0)
        fprintf(out,
                "  noise-left: %.3g  # of cost.host-noise, where the parameters are drawn as "
                "well\n",
                fit->noise_left);
    if (c->pace_s > 0)
        write_paces(out, c);
    if (c->best_pace_s > 0)
        fprintf(out,
                "  best-pace: %s  # a step with nobody beside it: the scale of the paces\n",
                unit_format(text, UNIT_TIME, round(1e12 * c->best_pace_s) / 1e3));
    write_parameters(out, fit);
}

/* ---- ranges ---- */

void profile_ranges_write(FILE *out, const struct calibration *c)
{
    struct fitted_ranges r = { 0 };
    char text[2 * UNIT_TEXT_BYTES + 2];
    const char *sse, *websocket;
    for (size_t i = 0; i < c->cell_count; i++)
        fitted_ranges_add(&r, &c->cells[i].point->settings);
    sse = fitted_ranges_protocol(&r, PROTOCOL_SSE);
    websocket = fitted_ranges_protocol(&r, PROTOCOL_WEBSOCKET);
    fprintf(out, "  ranges:  # of the cells that it was fitted to\n    protocol: %s%s%s\n",
            sse ? sse : "", sse && websocket ? " " : "", websocket ? websocket : "");
    for (int i = 0; i < FITTED_RANGES; i++)
        if (*fitted_range_text(&r, (enum fitted_range)i, text))
            fprintf(out, "    %s: %s\n", fitted_range_name((enum fitted_range)i), text);
}
