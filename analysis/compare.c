#include "analysis/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>

#include "analysis/json_number.h"

static double ratio_of(double sim, double real)
{
    if (sim == 0 && real == 0)
        return 1;
    return real == 0 ? NAN : sim / real;
}

size_t compare_figures(const struct cells *cells, int first, int end, struct comparison **rows)
{
    size_t count = 0;
    struct comparison *all = mem_alloc(cells->count * (size_t)(end - first) * sizeof *all);
    for (size_t i = 0; i < cells->count; i++)
        for (int f = first; f < end; f++) {
            struct comparison *c = &all[count++];
            *c = (struct comparison){ &cells->cell[i], i + 1, (enum figure)f, .ratio = NAN };
            for (int a = 0; a < ARMS; a++) {
                const struct sample *s = &cells->cell[i].samples[a][f];
                c->value[a] = sample_median(s);
                c->low[a] = sample_low(s);
                c->high[a] = sample_high(s);
            }
            c->ratio = ratio_of(c->value[ARM_SIM], c->value[ARM_REAL]);
        }
    *rows = all;
    return count;
}

size_t compare_cells(const struct cells *cells, struct comparison **rows)
{
    return compare_figures(cells, 0, FIGURES_SHOWN, rows);
}

double compare_error(const struct comparison *rows, size_t row_count, int only, size_t *count)
{
    double *errors = mem_alloc(row_count * sizeof *errors);
    size_t n = 0;
    for (size_t i = 0; i < row_count; i++) {
        int figure = (int)rows[i].figure;
        if (figure <= FIGURE_P99 && (only < 0 || only == figure) && isfinite(rows[i].ratio))
            errors[n++] = fabs(rows[i].ratio - 1);
    }
    gsl_sort(errors, 1, n);
    double median = n ? gsl_stats_median_from_sorted_data(errors, 1, n) : NAN;
    free(errors);
    *count = n;
    return median;
}

static json_t *row_json(const struct comparison *c)
{
    char key[64], value[UNIT_TEXT_BYTES];
    const char *rest = c->cell->text;
    json_t *o = json_object();
    json_object_set_new(o, "point", json_integer((json_int_t)c->point));
    while (cell_next(&rest, key, value))
        json_object_set_new(o, key, json_string(value));
    json_object_set_new(o, "metric", json_string(figure_metric(c->figure)));
    for (int a = 0; a < ARMS; a++) {
        snprintf(key, sizeof key, "%s_low", arm_words[a]);
        json_object_set_new(o, arm_words[a], json_number(c->value[a]));
        json_object_set_new(o, key, json_number(c->low[a]));
        snprintf(key, sizeof key, "%s_high", arm_words[a]);
        json_object_set_new(o, key, json_number(c->high[a]));
    }
    json_object_set_new(o, "ratio", json_number(c->ratio));
    return o;
}

void compare_write_json(const struct comparison *rows, size_t count, FILE *out)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, row_json(&rows[i]));
    json_dumpf(array, out, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    putc('\n', out);
    json_decref(array);
}
