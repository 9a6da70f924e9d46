#include "experiments/cli/arms_shown.h"

struct arms_shown arms_shown_of(const struct cells *cells)
{
    struct arms_shown shown = { .both = false };
    for (size_t i = 0; i < cells->count; i++)
        for (int a = 0; a < ARMS; a++)
            shown.arm[a] |= cells->cell[i].samples[a][FIGURE_CPU].count > 0;
    shown.both = shown.arm[ARM_SIM] && shown.arm[ARM_REAL];
    return shown;
}

void arms_shown_columns(const struct arms_shown *shown, struct text_table *t, const char *head,
                        bool right)
{
    text_table_column(t, head, right);
    if (shown->both)
        text_table_column(t, "real", right);
}

void arms_shown_print_none(const struct arms_shown *shown)
{
    printf("\nno cell has runs of both arms%s\n", shown->both           ? ""
                                                  : shown->arm[ARM_SIM] ? ": all are simulated"
                                                                        : ": all are measured");
}
