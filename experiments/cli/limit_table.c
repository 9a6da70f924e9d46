#include "experiments/cli/limit_table.h"

#include <stdio.h>

#include <jansson.h>

#include "experiments/cli/text_table.h"

/* "812", or how it is in the whole range. */
static void answer_cells(struct text_table *t, const struct limit_answer *answer,
                         const struct option_row *option)
{
    char value[UNIT_TEXT_BYTES], low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES];
    if (answer->searches > 0) {
        text_table_cell(t, "%s", unit_format_short(value, option->unit, answer->value));
        text_table_cell(t, "%s..%s", unit_format_short(low, option->unit, answer->low),
                        unit_format_short(high, option->unit, answer->high));
    } else {
        text_table_cell(t, "%s", answer->always ? "kept" : answer->never ? "broken" : "-");
        text_table_cell(t, "%s", answer->probes ? "in the whole range" : "");
    }
}

/* "largest ": as the first answer found it. */
static const char *direction(const struct limit_table *l)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_answer *answer =
            l->results[i].sim.searches ? &l->results[i].sim : &l->results[i].real;
        if (answer->searches > 0)
            return answer->more_breaks ? "largest " : "smallest ";
    }
    return "";
}

static bool any_paced(const struct limit_table *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->results[i].paced.probes > 0)
            return true;
    return false;
}

/* Of the simulator's answer for the pace that was measured, where there is one: like with like. */
static void ratio_cell(struct text_table *t, const struct limit_result *r)
{
    const struct limit_answer *sim = r->paced.probes > 0 ? &r->paced : &r->sim;
    if (sim->searches > 0 && r->real.searches > 0)
        text_table_cell(t, "%.2f", sim->value / r->real.value);
    else
        text_table_cell(t, "%s", "");
}

void limit_table_print(const struct limit_table *l)
{
    bool paced = any_paced(l);
    struct text_table t;
    const struct limit_question *q = &l->results[0].question;
    text_table_init(&t);
    text_table_column(&t, "cell", false);
    text_table_column(&t, "sim", true);
    text_table_column(&t, "90 %", false);
    text_table_column(&t, "real", true);
    text_table_column(&t, "spread", false);
    if (paced) {
        text_table_column(&t, "sim at its pace", true);
        text_table_column(&t, "90 %", false);
    }
    text_table_column(&t, "ratio", true);
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_result *r = &l->results[i];
        text_table_cell(&t, "%s", r->cell);
        answer_cells(&t, &r->sim, q->option.option);
        answer_cells(&t, &r->real, q->option.option);
        if (paced)
            answer_cells(&t, &r->paced, q->option.option);
        ratio_cell(&t, r);
    }
    printf("%s%s with which the slo is kept, of %s to %s\n", direction(l), l->over, l->from,
           l->to);
    text_table_print(&t, stdout);
}

static json_t *answer_json(const struct limit_answer *answer)
{
    if (answer->probes == 0)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:i}", "value",
                     answer->searches ? json_real(answer->value) : json_null(), "low",
                     answer->searches ? json_real(answer->low) : json_null(), "high",
                     answer->searches ? json_real(answer->high) : json_null(), "searches",
                     answer->searches, "always", answer->always, "never", answer->never, "runs",
                     answer->probes);
}

void limit_table_json(const struct limit_table *l)
{
    json_t *array = json_array();
    for (size_t i = 0; i < l->count; i++)
        json_array_append_new(array,
                              json_pack("{s:s, s:s, s:o, s:o, s:o}", "cell", l->results[i].cell,
                                        "over", l->over, "sim", answer_json(&l->results[i].sim),
                                        "real", answer_json(&l->results[i].real), "sim_at_pace",
                                        answer_json(&l->results[i].paced)));
    json_dumpf(array, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    putchar('\n');
    json_decref(array);
}
