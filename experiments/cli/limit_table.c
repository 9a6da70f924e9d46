#include "experiments/cli/limit_table.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/json_number.h"
#include "analysis/sample.h"
#include "experiments/cli/text_table.h"

/* A median may lie half way between two whole numbers: the one that keeps the slo as far as is known. */
static double settable(double value, bool more_breaks)
{
    bool half_way = value - floor(value) == 0.5;
    return !half_way ? nearbyint(value) : more_breaks ? floor(value) : ceil(value);
}

/* "812", or an end of the range that it lies beyond: "<10". */
static const char *value_text(char text[UNIT_TEXT_BYTES + 1], const struct limit_question *q,
                              double value, bool more_breaks)
{
    double shown = limit_within(q, value);
    text[0] = value > 0 ? '>' : '<';
    unit_format_short(text + !isfinite(value), q->option.option->unit,
                      limit_whole(q) ? settable(shown, more_breaks) : shown);
    return text;
}

/* Searches that have a place among the values: a limit, or none on one side. */
static int counted(const struct limit_answer *answer)
{
    return answer->searches + answer->always + answer->never;
}

/* The ends of the range are alike; one value between them is not. */
static void between_cells(struct text_table *t, const struct limit_answer *answer,
                          const struct limit_question *q)
{
    char at[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s at %s", answer->kept_between ? "kept" : "broken",
                    unit_format_short(at, q->option.option->unit, answer->between));
    text_table_cell(t, "%s at both ends", answer->kept_between ? "broken" : "kept");
}

/* Is the value a median of several searches, with an error that is known? */
static bool has_error(const struct limit_answer *answer)
{
    return answer->searches > 0 && !answer->fitted && isfinite(answer->value) &&
           isfinite(answer->error) && counted(answer) > 1;
}

/* " ±3%" */
static const char *error_text(char text[16], const struct limit_answer *answer)
{
    double percent = 100 * answer->error;
    text[0] = '\0';
    if (has_error(answer))
        snprintf(text, 16, " ±%.*f%%", percent < 0.95 ? 1 : 0, percent);
    return text;
}

/* "812 ±3%", or how it is wherever it was asked. */
static void answer_cells(struct text_table *t, const struct limit_answer *answer,
                         bool with_error, const struct limit_question *q)
{
    char value[UNIT_TEXT_BYTES + 1], low[UNIT_TEXT_BYTES + 1], high[UNIT_TEXT_BYTES + 1];
    char error[16] = "";
    if (answer->searches > 0) {
        bool up = answer->more_breaks;
        text_table_cell(t, "%s%s", value_text(value, q, answer->value, up),
                        with_error ? error_text(error, answer) : error);
        if (counted(answer) == 1 && !answer->fitted)
            text_table_cell(t, "-");
        else
            text_table_cell(t, "%s..%s", value_text(low, q, answer->low, !up),
                            value_text(high, q, answer->high, !up));
    } else if (answer->twice > 0) {
        between_cells(t, answer, q);
    } else {
        bool some = answer->always > 0 && answer->never > 0;
        const char *how = answer->always ? "kept" : answer->never ? "broken" : "-";
        if (some)
            text_table_cell(t, "kept in %d of %d", answer->always,
                            answer->always + answer->never);
        else
            text_table_cell(t, "%s", how);
        text_table_cell(t, "%s", answer->probes ? "at all values asked" : "");
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

/* Is the slo broken (`never`), or kept, wherever every search of every cell asked? */
static bool all_answers(const struct limit_table *l, bool never)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_result *r = &l->results[i];
        const struct limit_answer *answer = r->sim.probes > 0 ? &r->sim : &r->real;
        if (answer->probes == 0 || answer->twice > 0 ||
            (never ? answer->always : answer->never) > 0)
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
        printf("the slo is broken at all values asked of %s, from %s to %s\n", l->over, l->from,
               l->to);
    else if (all_answers(l, false))
        printf("the slo is kept at all values asked of %s, from %s to %s\n", l->over, l->from,
               l->to);
    else
        printf("no single limit for the slo within %s of %s to %s\n", l->over, l->from, l->to);
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
    int searches = counted(&r->sim) + r->sim.twice;
    const struct {
        int count;
        const char *how;
    } others[] = { { r->sim.never, "broken" }, { r->sim.always, "kept" } };
    for (int i = 0; i < 2 && r->sim.searches > 0; i++)
        if (others[i].count > 0)
            printf("%s%sin %d of %d searches the slo was %s at all values asked\n", r->cell,
                   *r->cell ? ": " : "", others[i].count, searches, others[i].how);
}

/* Each of them is found by a search of its own. */
static void print_twice(const struct limit_result *r)
{
    const struct limit_answer *a = &r->sim;
    char at[UNIT_TEXT_BYTES];
    if (a->twice == 0)
        return;
    unit_format_short(at, r->question.option.option->unit, a->between);
    printf(
        "%s%stwo limits: in %d of %d searches the slo was %s at both ends and %s between them, "
        "such as at\n%s; ask for one with --to %s, for the other with --from %s\n",
        r->cell, *r->cell ? ": " : "", a->twice, counted(a) + a->twice,
        a->kept_between ? "broken" : "kept", a->kept_between ? "kept" : "broken", at, at, at);
}

/* A slo that no limit keeps may be kept by more CPUs: a limit above what there are is none. */
static void print_whole(const struct limit_table *l)
{
    char whole[UNIT_TEXT_BYTES];
    for (size_t i = 0; i < l->count && strcmp(l->over, "cpu.limit") == 0; i++) {
        const struct limit_result *r = &l->results[i];
        int cpus = r->question.settings.parameters.host.cpus;
        if (r->sim.never == 0 || limit_within(&r->question, INFINITY) <= 1000.0 * cpus)
            continue;
        printf("above %s the limit changes nothing: the server has %d CPU%s (host.cpus)\n",
               unit_format_short(whole, UNIT_CPU, 1000.0 * cpus), cpus, cpus == 1 ? "" : "s");
        return;
    }
}

/* Of how many searches the spread is that has fewest. */
static double level_of(const struct limit_table *l)
{
    int fewest = INT_MAX;
    for (size_t i = 0; i < l->count; i++)
        if (l->results[i].sim.searches > 0 && counted(&l->results[i].sim) < fewest)
            fewest = counted(&l->results[i].sim);
    return fewest == INT_MAX ? 1 - 2 * SAMPLE_TAIL : sample_level((size_t)fewest);
}

/* Above what a further search is expected in: "90 %", of ten searches "82 %". */
static void spread_column(struct text_table *t, const struct limit_table *l)
{
    char title[16] = "";
    double level = level_of(l);
    if (level > 0)
        snprintf(title, sizeof title, "%.0f %%", 100 * level);
    text_table_column(t, title, false);
}

/* Two spreads beside each other, of which more replications make one smaller. */
static void print_legend(const struct limit_table *l)
{
    bool any = false;
    for (size_t i = 0; i < l->count; i++)
        any |= has_error(&l->results[i].sim);
    if (any && level_of(l) > 0)
        printf("\nsim: median of the searches, ± its standard error, which more replications "
               "make smaller;\n%.0f %%: so many of single searches end within, as repeated "
               "experiments would; more do not narrow it\n",
               100 * level_of(l));
}

void limit_table_print(const struct limit_table *l)
{
    bool real = any_real(l), alike = any_alike(l);
    struct text_table t;
    const struct limit_question *q = &l->results[0].question;
    text_table_init(&t);
    text_table_column(&t, "cell", false);
    text_table_column(&t, "sim", true);
    spread_column(&t, l);
    if (real) {
        text_table_column(&t, "real", true);
        text_table_column(&t, "90 %", false);
    }
    if (alike) {
        text_table_column(&t, "sim, measured alike", true);
        spread_column(&t, l);
    }
    if (real)
        text_table_column(&t, "ratio", true);
    for (size_t i = 0; i < l->count; i++) {
        const struct limit_result *r = &l->results[i];
        text_table_cell(&t, "%s", r->cell);
        answer_cells(&t, &r->sim, true, q);
        if (real)
            answer_cells(&t, &r->real, false, q);
        if (alike)
            answer_cells(&t, &r->alike, false, q);
        if (real)
            ratio_cell(&t, r);
    }
    print_heading(l);
    text_table_print(&t, stdout);
    print_legend(l);
    for (size_t i = 0; i < l->count; i++) {
        print_beyond(&l->results[i]);
        print_twice(&l->results[i]);
        print_fall(l, &l->results[i]);
    }
    print_whole(l);
}

/* What lies beyond the range is null; "always" and "never" say why. */
static json_t *answer_json(const struct limit_answer *answer)
{
    size_t values = counted(answer) > 0 ? (size_t)counted(answer) : 1;
    if (answer->probes == 0)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:o, s:i}", "kept",
                     answer->more_breaks ? "up to" : "from", "value",
                     json_number(answer->value), "low", json_number(answer->low), "high",
                     json_number(answer->high), "level",
                     json_number(answer->fitted ? 1 - 2 * SAMPLE_TAIL : sample_level(values)),
                     "error", json_number(answer->error), "searches", answer->searches,
                     "always", answer->always, "never", answer->never, "twice", answer->twice,
                     "between", json_number(answer->between), "runs", answer->probes);
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
