#include "experiments/cli/limit_measure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/cli/campaign.h"
#include "experiments/cli/limit_probe.h"
#include "experiments/cli/model_runs.h"
#include "experiments/replay/interrupt.h"

struct measuring {
    struct campaign campaign; /* open only where there are runs to be made */
    const struct session *session;
    int runs;
    int results; /* points that have one */
};

/* The simulator's answer; where there is more than one, the farthest: a value beyond a stretch
 * that breaks keeps the slo as well, and a series would come upon it or not. 0: it was not asked,
 * or has none. */
static double guess_of(const struct limit_result *result)
{
    if (result->sim.searches == 0)
        return 0;
    return result->scan.falls && result->scan.last > 0
               ? result->scan.last
               : limit_within(&result->question, result->sim.value);
}

/* Like with like: the real runs again, at their values, with their publishes and on hosts as fast
 * as theirs; of middling speed where a run has no pace, or the costs do not know theirs. It may
 * take a while and holds nothing that would outlive the process, so a signal ends that at once. */
static int simulate_alike(struct measuring *m, const struct limit_rows *rows,
                          struct limit_result *result, struct error *err)
{
    struct limit_question q = result->question;
    if (rows->count > LIMIT_RUNS_MAX)
        return error_set(
            err, ERR_INVALID,
            "%zu real runs of a point: the simulator makes at most %d of them again",
            rows->count, LIMIT_RUNS_MAX);
    struct run_pace *paces = mem_alloc(rows->count * sizeof *paces);
    double *values = mem_alloc(rows->count * sizeof *values);
    uint32_t *plays = mem_alloc(rows->count * sizeof *plays);
    bool paced = q.settings.parameters.cost.pace_base.step_ns > 0;
    for (size_t i = 0; i < rows->count; i++) {
        values[i] = rows->row[i].value;
        paces[i] = rows->row[i].pace;
        plays[i] = rows->row[i].run;
        paced &= paces[i].step_ns > 0;
    }
    q.runs = (int)rows->count;
    q.values = values;
    q.more_breaks = result->real.more_breaks;
    q.plays = plays;
    q.paces = paced ? paces : q.paces;
    q.pace_count = paced ? rows->count : q.pace_count;
    if (m->runs > 0)
        interrupt_release(&m->campaign.mask);
    int code =
        limit_model(&q, m->session->plan.replications, model_runs_jobs(), &result->alike, err);
    if (m->runs > 0)
        interrupt_hold(&m->campaign.mask);
    free(paces);
    free(values);
    free(plays);
    return code;
}

static void say_sum(const struct limit_result *result, const struct limit_rows *rows,
                    size_t stored)
{
    fprintf(stderr,
            "%s%s%zu real runs, %zu of them already there; left out: %d not sound, %d failed\n",
            result->cell, *result->cell ? ": " : "", rows->count, stored, rows->unsound,
            rows->failed);
    if (rows->other > 0)
        fprintf(stderr,
                "pushsim: warning: %zu stored runs were asked something else: left out\n",
                rows->other);
}

/* Starts from the simulator's answer where there is one. ERR_STATE: too few answers. */
static int ask(struct measuring *m, const struct plan_point *point, struct limit_rows *rows,
               struct limit_result *result, struct error *err)
{
    const struct limit_question *q = &result->question;
    struct limit_trial *known = mem_alloc(rows->count * sizeof *known);
    struct limit_probe probe = { &m->campaign, point, q, rows, 0 };
    struct limit_series series = {
        .search = { .from = q->from,
                    .to = q->to,
                    .whole = limit_whole(q),
                    .guess = guess_of(result),
                    .more_breaks = result->sim.more_breaks,
                    .probe = limit_probe_run,
                    .context = &probe },
        .runs = m->runs,
        .known = known,
        .known_count = rows->count,
    };
    for (size_t i = 0; i < rows->count; i++)
        known[i] = (struct limit_trial){ rows->row[i].value, rows->row[i].kept };
    int code = 0;
    if (m->runs > 0)
        code = limit_series_run(&series, err);
    else if (!limit_series_judge(&series))
        code = error_set(err, ERR_STATE, "%zu stored runs: too few for a result", rows->count);
    if (code == 0)
        limit_tell_series(&series, &result->real);
    limit_series_close(&series);
    free(known);
    return code;
}

static int measure(struct measuring *m, const struct plan_point *point,
                   struct limit_result *result, struct error *err)
{
    const struct campaign *c = &m->campaign;
    struct limit_place place = { c->store, c->experiment, m->session->experiment.name };
    struct limit_rows rows;
    int code = limit_rows_load(&rows, &place, point->number, &result->question, err);
    size_t stored = rows.count;
    code = code ? code : ask(m, point, &rows, result, err);
    if (code == 0 || code == ERR_STATE)
        say_sum(result, &rows, stored);
    if (code == 0) {
        m->results++;
        code = simulate_alike(m, &rows, result, err);
    } else if (code == ERR_STATE) {
        fprintf(stderr, "pushsim: %s%sno result: %s\n", result->cell, *result->cell ? ": " : "",
                err->text);
        code = 0;
    }
    limit_rows_close(&rows);
    return code;
}

static int measure_all(struct measuring *m, struct limit_result *results, struct error *err)
{
    const struct plan *plan = &m->session->plan;
    int code = 0;
    if (m->runs > 0)
        code = campaign_floor(&m->campaign, err);
    for (size_t i = 0; i < plan->count && code == 0; i++)
        code = measure(m, &plan->points[i], &results[i], err);
    code = code ? code : session_warn_scale(m->session, m->campaign.store, err);
    if (code == 0 && m->results == 0)
        code = error_set(err, ERR_STATE, "no real run says where the limit is");
    return code;
}

/* Judging rows makes no database. */
static int open_store(struct measuring *m, struct error *err)
{
    char *path = session_db_path(m->session);
    int code = 0;
    if (m->runs == 0 && access(path, F_OK))
        code = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    free(path);
    return code ? code
                : session_store(m->session, &m->campaign.store, &m->campaign.experiment, err);
}

int limit_measure(const struct session *session, const char *server, int runs,
                  struct limit_result *results, struct error *err)
{
    struct measuring m = { .campaign = { .session = session, .server = server },
                           .session = session,
                           .runs = runs };
    struct campaign *c = &m.campaign;
    int code = runs > 0 ? campaign_open(c, err) : 0;
    code = code ? code : open_store(&m, err);
    if (code == 0) {
        code = measure_all(&m, results, err);
        store_close(c->store);
    }
    if (runs > 0)
        campaign_close(c);
    return code;
}
