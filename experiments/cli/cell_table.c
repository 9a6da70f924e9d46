#include "experiments/cli/cell_table.h"

#include "experiments/run/plan.h"

void cell_table_columns(struct text_table *t, const char *cell)
{
    char key[64], value[UNIT_TEXT_BYTES];
    while (cell_next(&cell, key, value))
        text_table_column(t, key, text_is_number(value));
}

void cell_table_values(struct text_table *t, const char *cell)
{
    char key[64], value[UNIT_TEXT_BYTES];
    while (cell_next(&cell, key, value))
        text_table_cell(t, "%s", value);
}
