#include "experiments/cli/limit_table.h"

#include <math.h>
#include <stdio.h>

#include "analysis/json_number.h"
#include "experiments/cli/text_table.h"

/* "812", or an end of the range that it lies beyond: "<10". */
static const char *value_text(char text[UNIT_TEXT_BYTES + 1], const struct limit_question *q,
                              double value)
{
    text[0] = value > 0 ? '>' : '<';
    unit_format_short(text + !isfinite(value), q->option.option->unit, limit_within(q, value));
    return text;
}

/* "812", or how it is at both ends of the range: then nobody has looked between them. */
static void answer_cells(struct text_table *t, const struct limit_answer *answer,
                         const struct limit_question *q)
{
    char value[UNIT_TEXT_BYTES + 1], low[UNIT_TEXT_BYTES + 1], high[UNIT_TEXT_BYTES + 1];
    if (answer->searches > 0) {
        text_table_cell(t, "%s", value_text(value, q, answer->value));
        text_table_cell(t, "%s..%s", value_text(low, q, answer->low),
                        value_text(high, q, answer->high));
    } else {
        bool some = answer->always > 0 && answer->never > 0;
        const char *how = answer->always ? "kept" : answer->never ? "broken" : "-";
        if (some)
            text_table_cell(t, "kept in %d of %d", answer->always,
                            answer->always + answer->never);
        else
            text_table_cell(t, "%s", how);
        text_table_cell(t, "%s", answer->probes ? "at both ends" : "");
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

/* Is the slo broken (`never`), or kept, at both ends of the range in every search of every cell? */
static bool all_answers(const struct limit_table *l, bool never)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_result *r = &l->results[i];
        const struct limit_answer *answer = r->sim.probes > 0 ? &r->sim : &r->real;
        if (answer->probes == 0 || (never ? answer->always : answer->never) > 0)
            return false;
    }
    return true;
}

static void print_heading(const struct limit_table *l)
{
    const char *found = direction(l);
    if (*found)
        printf("%s%s with which the slo is kept, of %s to %s\n", found, l->over, l->from,
               l->to);
    else if (all_answers(l, true))
        printf("neither %s %s nor %s keeps the slo; between them is not looked\n", l->over,
               l->from, l->to);
    else if (all_answers(l, false))
        printf("both %s %s and %s keep the slo; between them is not looked\n", l->over, l->from,
               l->to);
    else
        printf("no limit for the slo within %s of %s to %s\n", l->over, l->from, l->to);
}

static bool any_real(const struct limit_table *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->results[i].real.probes > 0)
            return true;
    return false;
}

static bool any_alike(const struct limit_table *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->results[i].alike.probes > 0)
            return true;
    return false;
}

/* Of the simulator's answer by the same rule, where there is one: like with like. */
static void ratio_cell(struct text_table *t, const struct limit_result *r)
{
    const struct limit_answer *sim = r->alike.probes > 0 ? &r->alike : &r->sim;
    if (sim->searches > 0 && r->real.searches > 0 && isfinite(sim->value))
        text_table_cell(t, "%.2f", sim->value / r->real.value);
    else
        text_table_cell(t, "%s", "");
}

/* Where the share of broken runs falls again there is more than one knee. */
static void print_fall(const struct limit_table *l, const struct limit_result *r)
{
    const struct limit_scan *s = &r->scan;
    enum unit unit = r->question.option.option->unit;
    char high[UNIT_TEXT_BYTES], low[UNIT_TEXT_BYTES], last[UNIT_TEXT_BYTES];
    if (!s->falls)
        return;
    printf(
        "%s%snot one limit: the slo breaks in %.0f %% of simulated runs at %s %s, in %.0f %% "
        "at %s",
        r->cell, *r->cell ? ": " : "", 100 * s->share[s->high], l->over,
        unit_format_short(high, unit, s->value[s->high]), 100 * s->share[s->low],
        unit_format_short(low, unit, s->value[s->low]));
    if (s->last > 0)
        printf("; half of them keep it up to %s", unit_format_short(last, unit, s->last));
    putchar('\n');
}

/* Searches that met no limit in the range. */
static void print_beyond(const struct limit_result *r)
{
    int searches = r->sim.searches + r->sim.always + r->sim.never;
    if (r->sim.searches == 0 || r->sim.searches == searches)
        return;
    printf("%s%s", r->cell, *r->cell ? ": " : "");
    if (r->sim.never > 0)
        printf("in %d of %d searches the slo was broken at both ends\n", r->sim.never,
               searches);
    if (r->sim.always > 0)
        printf("in %d of %d searches the slo was kept at both ends\n", r->sim.always, searches);
}

void limit_table_print(const struct limit_table *l)
{
    bool real = any_real(l), alike = any_alike(l);
    struct text_table t;
    const struct limit_question *q = &l->results[0].question;
    text_table_init(&t);
    text_table_column(&t, "cell", false);
    text_table_column(&t, "sim", true);
    text_table_column(&t, "90 %", false);
    if (real) {
        text_table_column(&t, "real", true);
        text_table_column(&t, "90 %", false);
    }
    if (alike) {
        text_table_column(&t, "sim, measured alike", true);
        text_table_column(&t, "90 %", false);
    }
    if (real)
        text_table_column(&t, "ratio", true);
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_result *r = &l->results[i];
        text_table_cell(&t, "%s", r->cell);
        answer_cells(&t, &r->sim, q);
        if (real)
            answer_cells(&t, &r->real, q);
        if (alike)
            answer_cells(&t, &r->alike, q);
        if (real)
            ratio_cell(&t, r);
    }
    print_heading(l);
    text_table_print(&t, stdout);
    for (size_t i = 0; i < l->count; i++) {
        print_beyond(&l->results[i]);
        print_fall(l, &l->results[i]);
    }
}

/* What lies beyond the range is null; "always" and "never" say why. */
static json_t *answer_json(const struct limit_answer *answer)
{
    if (answer->probes == 0)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:i}", "kept",
                     answer->more_breaks ? "up to" : "from", "value",
                     json_number(answer->value), "low", json_number(answer->low), "high",
                     json_number(answer->high), "error", json_number(answer->error), "searches",
                     answer->searches, "always", answer->always, "never", answer->never, "runs",
                     answer->probes);
}

static json_t *fall_json(const struct limit_scan *s)
{
    if (!s->falls)
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:f, s:o}", "high", s->value[s->high], "high_share",
                     s->share[s->high], "low", s->value[s->low], "low_share", s->share[s->low],
                     "last", s->last > 0 ? json_real(s->last) : json_null());
}

void limit_table_json(const struct limit_table *l)
{
    json_t *array = json_array();
    for (size_t i = 0; i < l->count; i++)
        json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "cell",
                                               l->results[i].cell, "over", l->over, "sim",
                                               answer_json(&l->results[i].sim), "real",
                                               answer_json(&l->results[i].real), "sim_alike",
                                               answer_json(&l->results[i].alike), "share_falls",
                                               fall_json(&l->results[i].scan)));
    json_dumpf(array, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(10));
    putchar('\n');
    json_decref(array);
}
