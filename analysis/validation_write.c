/* validation_write.c - a validation for programs: JSON and CSV. */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare.h"
#include "analysis/json_number.h"
#include "analysis/validation.h"

static json_t *metric_json(const struct comparison *c)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "metric",
                     figure_metric(c->figure), "real", json_number(c->value[ARM_REAL]),
                     "real_low", json_number(c->low[ARM_REAL]), "real_high",
                     json_number(c->high[ARM_REAL]), "sim", json_number(c->value[ARM_SIM]),
                     "sim_low", json_number(c->low[ARM_SIM]), "sim_high",
                     json_number(c->high[ARM_SIM]), "ratio", json_number(c->ratio), "distance",
                     json_number(validation_distance(c->cell, c->figure)), "run_distance",
                     json_number(validation_run_distance(c->cell, c->figure)));
}

/* Rows come figure by figure, cell by cell. */
static json_t *cells_json(const struct comparison *rows, size_t count,
                          const struct slo_params *slo)
{
    json_t *array = json_array(), *metrics = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = rows[i].cell;
        if (i == 0 || cell != rows[i - 1].cell) {
            metrics = json_array();
            json_array_append_new(
                array, json_pack("{s:s, s:i, s:s, s:s, s:o}", "cell", cell->text, "repeats",
                                 (int)cell->samples[ARM_REAL][FIGURE_P99].count, "real",
                                 load_verdict_name(load_verdict(slo, cell, ARM_REAL)), "sim",
                                 load_verdict_name(load_verdict(slo, cell, ARM_SIM)), "metrics",
                                 metrics));
        }
        json_array_append_new(metrics, metric_json(&rows[i]));
    }
    return array;
}

static json_t *score_json(const struct validation *v, enum validation_score_kind kind)
{
    const struct validation_score *s = &v->scores[kind];
    const struct validation_run *run = &v->run[kind];
    const struct validation_run *half = &v->half[kind];
    return json_pack("{s:s, s:o, s:o, s:o, s:i, s:s?, s:b, s:o, s:o, s:o, s:o}", "score",
                     validation_score_name(kind), "value", json_number(s->value), "low",
                     json_number(s->low), "high", json_number(s->high), "missed",
                     (int)s->missed, "worst", s->worst ? s->worst->text : NULL, "met", s->met,
                     "run_value", json_number(run->value), "run_missed",
                     json_number(run->missed), "half_value", json_number(half->value),
                     "half_missed", json_number(half->missed));
}

void validation_write_json(const struct validation *v, const struct cells *cells,
                           const struct slo_params *slo, FILE *out)
{
    struct comparison *rows;
    size_t count = compare_cells(cells, &rows);
    json_t *scores = json_array();
    for (int i = 0; i < SCORES; i++)
        json_array_append_new(scores, score_json(v, (enum validation_score_kind)i));
    json_t *all =
        json_pack("{s:o, s:o, s:[o,o,o], s:o}", "cells", cells_json(rows, count, slo), "scores",
                  scores, "self", json_number(v->self[0]), json_number(v->self[1]),
                  json_number(v->self[2]), "coverage_error", json_number(v->coverage_error));
    json_dumpf(all, out, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    putc('\n', out);
    json_decref(all);
    free(rows);
}

static void put_number(FILE *out, double value)
{
    putc(',', out);
    if (isfinite(value))
        fprintf(out, "%.10g", value);
}

void validation_write_csv(const struct cells *cells, const struct slo_params *slo, FILE *out)
{
    struct comparison *rows;
    size_t count = compare_cells(cells, &rows);
    fputs("cell,metric,repeats,real,real_low,real_high,sim,sim_low,sim_high,ratio,"
          "real_verdict,sim_verdict,distance,run_distance\n",
          out);
    for (size_t i = 0; i < count; i++) {
        const struct comparison *c = &rows[i];
        fprintf(out, "%s,%s,%zu", c->cell->text, figure_metric(c->figure),
                c->cell->samples[ARM_REAL][c->figure].count);
        for (int k = 0; k < 2; k++) {
            enum arm arm = k ? ARM_SIM : ARM_REAL;
            put_number(out, c->value[arm]);
            put_number(out, c->low[arm]);
            put_number(out, c->high[arm]);
        }
        put_number(out, c->ratio);
        fprintf(out, ",%s,%s", load_verdict_name(load_verdict(slo, c->cell, ARM_REAL)),
                load_verdict_name(load_verdict(slo, c->cell, ARM_SIM)));
        put_number(out, validation_distance(c->cell, c->figure));
        put_number(out, validation_run_distance(c->cell, c->figure));
        putc('\n', out);
    }
    free(rows);
}
