#include "experiments/cli/compare_outcomes.h"

#include <stdio.h>

#include "experiments/cli/cell_table.h"

/* "none", "some: 384", "yes: 2.0s"; with " in 2 of 3" where runs disagree: the
 * runs of which it is true. */
static void print_answer(struct text_table *t, const struct outcome *o, enum arm arm,
                         enum outcome_question q)
{
    const struct outcome_arm *a = &o->arm[arm];
    static const char *const words[OUTCOMES][2] = { { "none", "some" },
                                                    { "none", "some" },
                                                    { "no", "yes" } };
    enum outcome_answer answer = outcome_answer(a, q);
    char amount[64] = "", share[64] = "";
    if (answer == ANSWER_UNKNOWN) {
        text_table_cell(t, "%s", "-");
        return;
    }
    if (answer == ANSWER_YES)
        snprintf(amount, sizeof amount, q == OUTCOME_RECOVERS ? ": %.1fs" : ": %.0f",
                 outcome_amount(o, arm, q));
    size_t runs = answer == ANSWER_YES ? a->yes[q] : a->known[q] - a->yes[q];
    if (runs < a->known[q])
        snprintf(share, sizeof share, " in %zu of %zu", runs, a->known[q]);
    text_table_cell(t, "%s%s%s", words[q][answer == ANSWER_YES], amount, share);
}

static void print_cell(struct text_table *t, const struct arms_shown *shown,
                       const struct outcome *o)
{
    static const char *const words[] = { [AGREEMENT_ONE_ARM] = "one arm only",
                                         [AGREEMENT_SAME] = "same",
                                         [AGREEMENT_UNKNOWN] = "not known",
                                         [AGREEMENT_DIFFERS] = "DIFFERS" };
    cell_table_values(t, o->cell);
    for (int q = 0; q < OUTCOMES; q++)
        for (int a = 0; a < ARMS; a++)
            if (shown->arm[a])
                print_answer(t, o, (enum arm)a, (enum outcome_question)q);
    if (shown->both)
        text_table_cell(t, "%s", words[outcome_agreement(o)]);
}

void compare_outcomes_table(struct text_table *t, const struct arms_shown *shown,
                            const struct outcomes *o)
{
    text_table_init(t);
    cell_table_columns(t, o->items[0].cell);
    for (int q = 0; q < OUTCOMES; q++)
        arms_shown_columns(shown, t, outcome_question_name(q), false);
    if (shown->both)
        text_table_column(t, "verdict", false);
    for (size_t i = 0; i < o->count; i++)
        print_cell(t, shown, &o->items[i]);
}

void compare_print_outcomes(const struct arms_shown *shown, const struct outcomes *o)
{
    struct text_table t;
    size_t cells[AGREEMENT_DIFFERS + 1] = { 0 };
    for (size_t i = 0; i < o->count; i++)
        cells[outcome_agreement(&o->items[i])]++;
    compare_outcomes_table(&t, shown, o);
    text_table_print(&t, stdout);
    if (!shown->both) {
        arms_shown_print_none(shown);
        return;
    }
    printf("\nsame verdict on both arms in %zu of %zu cells", cells[AGREEMENT_SAME],
           o->count - cells[AGREEMENT_ONE_ARM]);
    if (cells[AGREEMENT_UNKNOWN])
        printf("; not known in %zu: an answer that one arm alone has",
               cells[AGREEMENT_UNKNOWN]);
    putchar('\n');
}
