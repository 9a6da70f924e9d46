#include "experiments/cli/cell_table.h"

#include <stdio.h>
#include <string.h>

#include "experiments/run/plan.h"

void cell_table_columns(struct text_table *t, const char *cell)
{
    char key[64], value[UNIT_TEXT_BYTES];
    t->cell_first = t->columns;
    while (cell_next(&cell, key, value))
        text_table_column(t, key, text_is_number(value));
    t->cell_columns = t->columns - t->cell_first;
}

/* The value of a key; "-" where the cell has none. */
static void value_of(const char *cell, const char *head, char out[UNIT_TEXT_BYTES])
{
    char key[64], value[UNIT_TEXT_BYTES];
    strcpy(out, "-");
    while (cell_next(&cell, key, value))
        if (strcmp(key, head) == 0)
            strcpy(out, value);
}

static bool has_column(const struct text_table *t, const char *key)
{
    for (size_t i = 0; i < t->cell_columns; i++)
        if (strcmp(t->cells[t->cell_first + i], key) == 0)
            return true;
    return false;
}

/* " key=value" of those without a column. */
static void others_of(const struct text_table *t, const char *cell, char *out, size_t room)
{
    char key[64], value[UNIT_TEXT_BYTES];
    size_t used = 0;
    *out = '\0';
    while (cell_next(&cell, key, value) && used < room)
        if (!has_column(t, key))
            used += (size_t)snprintf(out + used, room - used, " %s=%s", key, value);
}

void cell_table_values(struct text_table *t, const char *cell)
{
    char value[UNIT_TEXT_BYTES], others[512];
    others_of(t, cell, others, sizeof others);
    for (size_t i = 0; i < t->cell_columns; i++) {
        value_of(cell, t->cells[t->cell_first + i], value);
        text_table_cell(t, "%s%s", value, i + 1 == t->cell_columns ? others : "");
    }
}
