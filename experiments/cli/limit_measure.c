#include "experiments/cli/limit_measure.h"

#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_sort_double.h>

#include "analysis/cells.h"
#include "analysis/slo.h"
#include "experiments/cli/campaign.h"
#include "experiments/cli/model_runs.h"
#include "experiments/replay/replay.h"
#include "models/push_run.h"

struct real_search { /* one repeat of one point */
    struct campaign *campaign;
    const struct limit_result *result;
    int64_t repeat;
    struct sample paces_ns; /* of its runs that have one; owned */
};

/* The very run as the model has it, on a host as fast as it was measured beside that run; where the
 * costs do not know their pace, of middling speed. */
static void simulate_probe(const struct real_search *r, const struct parameters *p,
                           const struct schedule *schedule, const struct run_record *real,
                           struct run_record *out)
{
    const struct limit_question *q = &r->result->question;
    struct parameters host = *p;
    double pace_ns = 1e9 * run_record_value(real, "host.pace");
    host.cost.host_cv = 0;
    if (pace_ns > 0)
        host.cost.pace_ns = pace_ns;
    run_record_init(out);
    push_run(&host, schedule, q->seed, (uint32_t)r->repeat, out);
}

static double each_us(const struct run_record *r)
{
    return 1e6 * run_record_value(r, "cpu.used") / run_record_value(r, "delivered");
}

/* Beside the tail, what a delivery costs: where that differs between the arms, the host has another
 * speed than when the profile was made, in a way that its pace does not tell, and where it does not,
 * the model's queues are wrong. */
static void say_probe(const struct real_search *r, double value, bool kept,
                      const struct run_record *real, const struct run_record *sim)
{
    const struct option_row *option = r->result->question.option.option;
    char text[UNIT_TEXT_BYTES], late[UNIT_TEXT_BYTES], simulated[UNIT_TEXT_BYTES];
    const char *unsound = replay_unsound(real);
    fprintf(stderr,
            "%s%sreal %lld: %s %s: p99 %s (simulated %s), CPU %.3g us a delivery (%.3g), "
            "%s%s%s\n",
            r->result->cell, *r->result->cell ? ", " : "", (long long)r->repeat, option->name,
            unit_format_short(text, option->unit, value),
            figure_format(late, FIGURE_P99, run_record_value(real, "delivery.p99")),
            figure_format(simulated, FIGURE_P99, run_record_value(sim, "delivery.p99")),
            each_us(real), each_us(sim), kept ? "kept" : "broken",
            *unsound ? "; not sound: " : "", unsound);
}

static void note_pace(struct sample *paces_ns, double pace_s)
{
    if (!(pace_s > 0))
        return;
    paces_ns->values =
        mem_realloc(paces_ns->values, (paces_ns->count + 1) * sizeof *paces_ns->values);
    paces_ns->values[paces_ns->count++] = 1e9 * pace_s;
}

static int probe(void *context, double value, bool *kept, struct error *err)
{
    struct real_search *r = context;
    const struct limit_question *q = &r->result->question;
    struct settings s;
    struct schedule schedule;
    struct run_record record;
    int code = limit_settings(q, value, &s, err);
    if (code)
        return code;
    schedule_build(&schedule, &s.parameters, q->seed, (uint32_t)r->repeat);
    code = campaign_measure(r->campaign, &s.parameters, &schedule, &record, err);
    if (code == 0) {
        struct run_record sim;
        simulate_probe(r, &s.parameters, &schedule, &record, &sim);
        *kept = slo_kept(&s.parameters.slo, &record);
        say_probe(r, value, *kept, &record, &sim);
        note_pace(&r->paces_ns, run_record_value(&record, "host.pace"));
        run_record_close(&sim);
        run_record_close(&record);
    }
    schedule_close(&schedule);
    return code;
}

/* The pace of a search: the median of its runs'; 0: none has one. Frees them. */
static double take_pace(struct sample *paces_ns)
{
    double pace_ns = 0;
    if (paces_ns->count > 0) {
        gsl_sort(paces_ns->values, 1, paces_ns->count);
        pace_ns = sample_median(paces_ns);
    }
    free(paces_ns->values);
    return pace_ns;
}

/* Like with like: the simulated searches on hosts as fast as those of the real ones, in turn. Nothing
 * where a repeat has no pace, or the costs do not know theirs. */
static int search_paced(const struct campaign *c, const double *paces_ns,
                        struct limit_result *result, struct error *err)
{
    struct limit_question q = result->question;
    int64_t count = c->session->plan.replications;
    q.paces_ns = paces_ns;
    q.pace_count = (size_t)c->repeats;
    if (q.settings.parameters.cost.pace_base_ns == 0)
        return 0;
    for (int64_t i = 0; i < c->repeats; i++)
        if (paces_ns[i] == 0)
            return 0;
    return limit_model(&q, count > c->repeats ? count : c->repeats, model_runs_jobs(),
                       &result->paced, err);
}

/* Each repeat starts from the simulator's answer where there is one. */
static int measure(struct campaign *c, struct limit_result *result, struct error *err)
{
    const struct limit_question *q = &result->question;
    struct limit_search *searches = mem_alloc((size_t)c->repeats * sizeof *searches);
    double *paces_ns = mem_alloc((size_t)c->repeats * sizeof *paces_ns);
    int code = 0;
    for (int64_t i = 0; i < c->repeats && code == 0; i++) {
        struct real_search r = { c, result, i + 1, { 0 } };
        searches[i] = (struct limit_search){
            .from = q->from,
            .to = q->to,
            .precision = q->precision,
            .whole = limit_whole(q),
            .guess = result->sim.searches > 0 ? result->sim.value : 0,
            .more_breaks = result->sim.more_breaks,
            .probe = probe,
            .context = &r,
        };
        code = limit_search(&searches[i], err);
        paces_ns[i] = take_pace(&r.paces_ns);
    }
    if (code == 0)
        limit_sum_up(searches, (size_t)c->repeats, &result->real);
    if (code == 0)
        code = search_paced(c, paces_ns, result, err);
    free(paces_ns);
    free(searches);
    return code;
}

int limit_measure(const struct session *session, const char *server, int64_t repeats,
                  struct limit_result *results, struct error *err)
{
    struct campaign c = {
        .session = session, .server = server, .repeats = repeats, .retries = 2
    };
    int code = campaign_open(&c, err);
    if (code == 0)
        code = campaign_floor(&c, err);
    for (size_t i = 0; i < session->plan.count && code == 0; i++)
        code = measure(&c, &results[i], err);
    campaign_close(&c);
    return code;
}
