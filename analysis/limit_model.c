#include "analysis/limit_model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/cells.h"
#include "analysis/limit_fit.h"
#include "analysis/parallel.h"
#include "analysis/slo.h"
#include "models/push_run.h"

int limit_settings(const struct limit_question *q, double value, struct settings *out,
                   struct error *err)
{
    struct settings s = q->settings;
    const char *about;
    int code = settings_assign(&s, &q->option, value, err);
    if (code == 0)
        code = settings_resolve(&s, &about, err);
    if (code)
        return error_wrap(err, code, "%s", q->option.option->name);
    *out = s;
    return 0;
}

bool limit_whole(const struct limit_question *q)
{
    return q->option.option->type != OPTION_DOUBLE;
}

struct one { /* replication's search */
    const struct limit_question *question;
    uint32_t replication;
    uint32_t run; /* of its runs: from 0 */
};

/* Its pace, and its costs; the option that is asked about is what it is asked at. */
static void settle(const struct one *one, double value, struct settings *s)
{
    const struct limit_question *q = one->question;
    struct error err;
    size_t turn = q->runs > 0 ? one->run : one->replication - 1;
    if (q->pace_count > 0)
        s->parameters.cost.pace = q->paces[turn % q->pace_count];
    if (q->draws) {
        parameter_draws_apply(q->draws, q->seed, one->replication, s);
        if (q->option.option->flags & OPTION_MODEL) /* else not drawn */
            settings_assign(s, &q->option, value, &err);
    }
}

/* Which replication's publishes this run plays. */
static uint32_t played(const struct one *one)
{
    const struct limit_question *q = one->question;
    if (q->runs == 0)
        return one->replication;
    return q->plays ? q->plays[one->run] : one->run + 1;
}

static int probe(void *context, double value, bool *kept, struct error *err)
{
    struct one *one = context;
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    uint32_t replication = one->replication;
    int code = limit_settings(one->question, value, &s, err);
    if (code)
        return code;
    settle(one, value, &s);
    schedule_build(&schedule, &s.parameters, one->question->seed, played(one));
    if (one->question->runs > 0)
        replication = (one->replication - 1) * LIMIT_RUNS_MAX + ++one->run;
    run_record_init(&record);
    push_run(&s.parameters, &schedule, one->question->seed, replication, &record);
    code = slo_judge(&s.parameters.slo, &record, kept, err);
    run_record_close(&record);
    schedule_close(&schedule);
    return code ? error_wrap(err, code, "%s %g", one->question->option.option->name, value) : 0;
}

int limit_run(const struct limit_question *q, uint32_t replication, double value, bool *kept,
              struct error *err)
{
    struct one one = { q, replication, 0 };
    return probe(&one, value, kept, err);
}

static int make_runs(struct one *one, struct limit_search *s, struct error *err)
{
    const struct limit_question *q = one->question;
    struct limit_trial *trials = mem_alloc((size_t)q->runs * sizeof *trials);
    struct limit_fit fit;
    int code = 0;
    for (int k = 0; k < q->runs && code == 0; k++) {
        trials[k].value = q->values[k];
        code = probe(one, trials[k].value, &trials[k].kept, err);
    }
    if (code == 0) {
        limit_fit(trials, (size_t)q->runs, q->more_breaks, &fit);
        *s = (struct limit_search){ .kind = LIMIT_FOUND,
                                    .kept = fit.value,
                                    .broken = q->more_breaks ? INFINITY : 0,
                                    .probes = q->runs };
    }
    free(trials);
    return code;
}

static int search(struct one *one, struct limit_search *s, struct error *err)
{
    const struct limit_question *q = one->question;
    *s = (struct limit_search){ .from = q->from,
                                .to = q->to,
                                .precision = q->precision,
                                .whole = limit_whole(q),
                                .first = true,
                                .inside = LIMIT_INSIDE,
                                .probe = probe,
                                .context = one };
    return q->runs > 0 ? make_runs(one, s, err) : limit_search(s, err);
}

struct searching {
    const struct limit_question *question;
    struct limit_search *searches; /* one a replication */
};

static int search_one(size_t i, void *context, struct error *err)
{
    const struct searching *s = context;
    struct one one = { s->question, (uint32_t)i + 1, 0 };
    return search(&one, &s->searches[i], err);
}

int limit_model(const struct limit_question *q, int64_t count, int jobs,
                struct limit_answer *answer, struct error *err)
{
    assert(q->runs >= 0 && q->runs <= LIMIT_RUNS_MAX);
    assert(count >= 1 && count <= UINT32_MAX / LIMIT_RUNS_MAX);
    struct searching s = { q, mem_alloc((size_t)count * sizeof *s.searches) };
    int code = parallel_try((size_t)count, jobs, search_one, &s, err);
    if (code == 0)
        limit_sum_up(s.searches, (size_t)count, answer);
    free(s.searches);
    return code;
}

/* Does the slo break towards the range's upper end? As most searches say that found where. */
static bool breaks_upwards(const struct limit_search *searches, size_t count)
{
    int up = 0;
    for (size_t i = 0; i < count; i++)
        if (searches[i].kind == LIMIT_FOUND)
            up += searches[i].broken > searches[i].kept ? 1 : -1;
    return up >= 0;
}

/* A limit that lies beyond the range is beyond all that were found. NAN: two limits. */
static double found_or_beyond(const struct limit_search *s, bool more_breaks)
{
    if (s->kind == LIMIT_TWICE)
        return NAN;
    if (s->kind == LIMIT_FOUND)
        return s->kept;
    return (s->kind == LIMIT_ALWAYS) == more_breaks ? INFINITY : -INFINITY;
}

void limit_sum_up(const struct limit_search *searches, size_t count,
                  struct limit_answer *answer)
{
    struct sample kept = { NULL, 0 };
    struct limit_answer a = { .more_breaks = breaks_upwards(searches, count), .between = NAN };
    for (size_t i = 0; i < count; i++) {
        const struct limit_search *s = &searches[i];
        a.probes += s->probes;
        a.searches += s->kind == LIMIT_FOUND;
        a.always += s->kind == LIMIT_ALWAYS;
        a.never += s->kind == LIMIT_NEVER;
        if (s->kind == LIMIT_TWICE && a.twice++ == 0) {
            a.kept_between = s->kept < s->broken;
            a.between = fmin(s->kept, s->broken);
        }
        sample_add(&kept, found_or_beyond(s, a.more_breaks));
    }
    sample_sort(&kept);
    a.value = sample_median(&kept);
    a.error = sample_median_error(&kept) / a.value; /* of the logarithm */
    if (a.error < searches[0].precision)            /* they ask at the same values */
        a.error = searches[0].precision;
    a.low = sample_low(&kept);
    a.high = sample_high(&kept);
    free(kept.values);
    *answer = a;
}

void limit_tell_series(const struct limit_series *series, struct limit_answer *answer)
{
    *answer = (struct limit_answer){ .value = NAN,
                                     .low = NAN,
                                     .high = NAN,
                                     .error = NAN,
                                     .between = NAN,
                                     .always = series->kind == LIMIT_ALWAYS,
                                     .never = series->kind == LIMIT_NEVER,
                                     .probes = (int)series->count,
                                     .more_breaks = series->search.more_breaks };
    if (series->kind != LIMIT_FOUND)
        return;
    answer->value = series->fit.value;
    answer->low = series->fit.low;
    answer->high = series->fit.high;
    answer->error = series->fit.error;
    answer->fitted = true;
    answer->searches = 1;
}
