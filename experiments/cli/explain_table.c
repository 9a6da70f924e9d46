#include "experiments/cli/explain_table.h"

#include <math.h>

#include "experiments/cli/cell_table.h"

void explain_table_start(struct text_table *t, const char *cell)
{
    static const char *const heads[] = { "arm",         "runs",        "phase",
                                         "broke first", "at",          "recovery",
                                         "metastable",  "false green", "blame" };
    text_table_init(t);
    cell_table_columns(t, cell);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_table_column(t, heads[i], i == 1 || (i >= 4 && i <= 7));
}

static void time_cell(struct text_table *t, double s)
{
    char text[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s", isnan(s) ? "-" : unit_format_short(text, UNIT_TIME, 1e9 * s));
}

static void share_cell(struct text_table *t, double share)
{
    char text[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s", isnan(share) ? "-" : unit_format_short(text, UNIT_SHARE, share));
}

void explain_table_add(struct text_table *t, const struct explain_cell *c)
{
    int first = explain_cell_first(c), blame = explain_cell_blame(c);
    cell_table_values(t, c->cell);
    text_table_cell(t, "%s", arm_words[c->arm]);
    text_table_cell(t, "%zu", c->runs);
    text_table_cell(t, "%d %s", c->worst, failure_phase_name(c->worst));
    text_table_cell(t, "%s%s", first < SIGNALS ? failure_signal_name(first) : "nothing",
                    c->broke[first] < c->runs ? " *" : "");
    time_cell(t, first < SIGNALS ? explain_cell_median(&c->first) : NAN);
    time_cell(t, explain_cell_median(&c->recovery));
    if (c->judged > 0)
        text_table_cell(t, "%zu of %zu", c->metastable, c->judged);
    else
        text_table_cell(t, "-");
    share_cell(t, explain_cell_median(&c->green));
    text_table_cell(t, "%s", blame < BLAME_PARTS ? blame_part_name(blame) : "-");
}
