#include "experiments/cli/compare_table.h"

#include <math.h>

#include "experiments/cli/cell_table.h"

static void start(struct text_table *t, const char *cell)
{
    text_table_init(t);
    cell_table_columns(t, cell);
}

/* "1.07", with a star when the simulated value lies within the measured spread. */
static void print_ratio(struct text_table *t, const struct comparison *c)
{
    bool within =
        c->value[ARM_SIM] >= c->low[ARM_REAL] && c->value[ARM_SIM] <= c->high[ARM_REAL];
    if (isfinite(c->ratio))
        text_table_cell(t, "%.2f%s", c->ratio, within ? "*" : " ");
    else
        text_table_cell(t, "%s", "");
}

void compare_table_wide(struct text_table *t, const struct arms_shown *shown,
                        const struct comparison *rows, size_t count)
{
    static const char *const heads[FIGURES_SHOWN] = { "p50",     "p95",       "p99",
                                                      "dropped", "throttled", "CPU" };
    start(t, rows[0].cell->text);
    for (int f = 0; f < FIGURES_SHOWN; f++) {
        arms_shown_columns(shown, t, heads[f], true);
        if (shown->both && f <= FIGURE_P99)
            text_table_column(t, "ratio ", true);
    }
    for (size_t i = 0; i < count; i++) {
        char text[UNIT_TEXT_BYTES];
        if (rows[i].figure == 0)
            cell_table_values(t, rows[i].cell->text);
        for (int a = 0; a < ARMS; a++)
            if (shown->arm[a])
                text_table_cell(t, "%s", figure_format(text, rows[i].figure, rows[i].value[a]));
        if (shown->both && rows[i].figure <= FIGURE_P99)
            print_ratio(t, &rows[i]);
    }
}

static void print_value(struct text_table *t, const struct comparison *c, enum arm arm)
{
    char value[UNIT_TEXT_BYTES], low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s", figure_format(value, c->figure, c->value[arm]));
    if (c->high[arm] > c->low[arm])
        text_table_cell(t, "%s..%s", figure_format(low, c->figure, c->low[arm]),
                        figure_format(high, c->figure, c->high[arm]));
    else
        text_table_cell(t, "%s", "");
}

void compare_table_long(struct text_table *t, const struct arms_shown *shown,
                        const struct comparison *rows, size_t count)
{
    start(t, rows[0].cell->text);
    text_table_column(t, "metric", false);
    for (int a = 0; a < ARMS; a++)
        if (shown->arm[a]) {
            text_table_column(t, arm_words[a], true);
            text_table_column(t, "spread", false);
        }
    if (shown->both)
        text_table_column(t, "ratio ", true);
    for (size_t i = 0; i < count; i++) {
        cell_table_values(t, rows[i].cell->text);
        text_table_cell(t, "%s", figure_metric(rows[i].figure));
        for (int a = 0; a < ARMS; a++)
            if (shown->arm[a])
                print_value(t, &rows[i], (enum arm)a);
        if (shown->both)
            print_ratio(t, &rows[i]);
    }
}
