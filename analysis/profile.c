#include "analysis/profile.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/profile_errors.h"
#include "analysis/scenario_key.h"

/* "cost.sse.write" below "cost.sse.wake": writes the levels that differ, returns the leaf. */
static const char *open_levels(FILE *out, const char *before, const char *name)
{
    size_t same = 0, start = 0;
    for (size_t i = 0; before[i] && before[i] == name[i]; i++)
        if (name[i] == '.')
            same = i + 1;
    int depth = 0;
    for (const char *dot; (dot = strchr(name + start, '.')) != NULL; depth++) {
        size_t end = (size_t)(dot - name);
        if (end >= same)
            fprintf(out, "%*s%.*s:\n", 2 * depth, "", (int)(end - start), name + start);
        start = end + 1;
    }
    return name + start;
}

static int depth_of(const char *name)
{
    int depth = 0;
    for (; *name; name++)
        depth += *name == '.';
    return depth;
}

/* To four digits: more than the errors leave, and short to read. */
static double rounded(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.4g", value);
    return strtod(text, NULL);
}

struct writer {
    FILE *out;
    const struct calibration_fit *fit;
    const struct server_params *server;
    const char *before; /* option written last */
    struct settings defaults;
};

/* How publishers and clients of a run connect is nothing of the server's. */
static bool of_the_load(const char *name)
{
    return strncmp(name, "workload.", 9) == 0 || strncmp(name, "heartbeat.", 10) == 0;
}

/* Nothing was fitted: a reader must not take the value for a measured one. */
static void remark_unfitted(const struct writer *w, const char *name, double number,
                            const struct option_row *option)
{
    const char *why = calibration_unfitted(name, w->server->loop, w->server->hops);
    if (why)
        fprintf(w->out, "  # not told: %s", why);
    else if (number == option_number(option, &w->defaults))
        fputs("  # not measured: the default", w->out);
    else
        fputs("  # not measured: as the experiment has it", w->out);
}

/* Only what describes the server to the model goes in, and there all of it: a profile does not
 * change its meaning when a default does. */
static void write_option(void *context, const char *name, const char *text, double number,
                         const struct option_row *option)
{
    struct writer *w = context;
    const struct calibrated *c = calibrated_find(w->fit->options, w->fit->count, name);
    char value[UNIT_TEXT_BYTES];
    if (!(option->flags & OPTION_MODEL) || of_the_load(name))
        return;
    const char *leaf = open_levels(w->out, w->before, name);
    w->before = name;
    if (c)
        text = unit_format(value, option->unit, rounded(c->estimate));
    fprintf(w->out, "%*s%s: %s", 2 * depth_of(name), "", leaf, text);
    if (c && c->identified)
        fprintf(w->out, "  # +- %.0f %%", 100 * c->relative_error);
    else if (c)
        fputs("  # fitted, but not told apart from others", w->out);
    else
        remark_unfitted(w, name, number, option);
    fputc('\n', w->out);
}

static void write_residuals(FILE *out, const struct calibration *c,
                            const struct calibration_fit *fit)
{
    fprintf(out, "fit:\n  residuals: %zu\n  chi2-per-residual: %.3g\n  converged: %s\n",
            fit->residuals, fit->quantiles.chi2 / (double)fit->residuals,
            fit->quantiles.converged ? "yes" : "no");
    fputs("  alike:  # simulated / measured in all cells, drawn to 1; corrects no prediction\n",
          out);
    for (int throttled = 0; throttled < 2; throttled++)
        fprintf(out, "    %s: { p50: %.3f, p95: %.3f, p99: %.3f }\n",
                throttled ? "throttled" : "ample", exp(fit->alike[throttled][CALIBRATION_P50]),
                exp(fit->alike[throttled][CALIBRATION_P95]),
                exp(fit->alike[throttled][CALIBRATION_P99]));
    profile_errors_write(out, c, fit);
    fputs("  cells:  # simulated / measured\n", out);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        double sim[CALIBRATION_METRICS];
        char *key = scenario_key(&cell->point->settings);
        calibration_predict(c, fit, cell, sim);
        fprintf(out, "    - { key: \"%s\"", key);
        free(key);
        for (int m = 0; m < CALIBRATION_METRICS; m++)
            if (!isnan(cell->real[m]))
                fprintf(out, ", %s: \"%.3g / %.3g\"",
                        calibration_metric_name((enum calibration_metric)m), sim[m],
                        cell->real[m]);
        fputs(" }\n", out);
    }
}

static void write_all(FILE *out, const struct calibration *c, const struct calibration_fit *fit,
                      const struct profile_note *note)
{
    struct settings s;
    calibration_settings(c, fit, &c->cells[0], &s);
    struct writer w = { .out = out, .fit = fit, .server = &s.parameters.server, .before = "" };
    settings_init(&w.defaults);
    fprintf(out,
            "# Written by pushsim calibrate. Standard errors stand behind the values.\n"
            "name: %s\nprovenance:\n",
            note->name);
    for (size_t i = 0; i < note->fact_count; i++)
        fprintf(out, "  %s: \"%s\"\n", note->facts[i].key, note->facts[i].value);
    profile_ranges_write(out, c);
    settings_each(&s, write_option, &w);
    write_residuals(out, c, fit);
}

int profile_write(const char *path, const struct calibration *c,
                  const struct calibration_fit *fit, const struct profile_note *note,
                  struct error *err)
{
    char *draft = mem_printf("%s.tmp", path);
    FILE *out = fopen(draft, "w");
    int code = out ? 0 : error_set(err, ERR_IO, "%s: %s", draft, strerror(errno));
    if (out) {
        write_all(out, c, fit, note);
        bool bad = ferror(out) != 0;
        if (fclose(out) != 0 || bad || rename(draft, path) != 0) {
            code = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
            unlink(draft);
        }
    }
    free(draft);
    return code;
}
