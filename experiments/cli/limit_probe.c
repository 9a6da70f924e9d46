#include "experiments/cli/limit_probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/cells.h"
#include "analysis/host_paces.h"
#include "analysis/slo.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/replay.h"
#include "experiments/run/monotonic.h"
#include "models/push_run.h"

struct attempt { /* at one value */
    double value;
    struct plan_point at; /* the point there; its cell owned */
    struct schedule schedule;
    struct run_record record; /* of the last try, if it has one */
    bool recorded;
    int64_t begin_ns; /* monotonic */
    int tries;
};

/* The very run as the model has it, on a host as fast as it was measured beside that run; where the
 * costs do not know their pace, of middling speed. */
static void simulate(const struct limit_probe *p, const struct attempt *a,
                     struct run_record *out)
{
    struct parameters host = a->at.settings.parameters;
    struct run_pace pace = host_paces_of(&a->record);
    host.cost.host_cv = 0;
    if (pace.step_ns > 0)
        host.cost.pace = pace;
    run_record_init(out);
    push_run(&host, &a->schedule, p->question->seed, p->run, out);
}

static double each_us(const struct run_record *r)
{
    return 1e6 * run_record_value(r, "cpu.used") / run_record_value(r, "delivered");
}

static void say_which(const struct limit_probe *p, const struct attempt *a)
{
    const struct option_row *option = p->question->option.option;
    char text[UNIT_TEXT_BYTES];
    fprintf(stderr, "%s%sreal %u: %s %s: ", p->point->cell, *p->point->cell ? ", " : "", p->run,
            option->name, unit_format_short(text, option->unit, a->value));
}

/* Beside the tail, what a delivery costs: where that differs between the arms, the host has
 * another speed than when the profile was made, in a way that its pace does not tell, and where it
 * does not, the model's queues are wrong. */
static void say(const struct limit_probe *p, const struct attempt *a, bool kept)
{
    char late[UNIT_TEXT_BYTES], simulated[UNIT_TEXT_BYTES];
    const char *unsound = replay_unsound(&a->record);
    struct run_record sim;
    simulate(p, a, &sim);
    say_which(p, a);
    fprintf(stderr, "p99 %s (simulated %s), CPU %.3g us a delivery (%.3g), %s%s%s\n",
            figure_format(late, FIGURE_P99, run_record_value(&a->record, "delivery.p99")),
            figure_format(simulated, FIGURE_P99, run_record_value(&sim, "delivery.p99")),
            each_us(&a->record), each_us(&sim), kept ? "kept" : "broken",
            *unsound ? "; not sound, left out: " : "", unsound);
    run_record_close(&sim);
}

/* One run. ERR_STATE: it failed, or was not sound. */
static int try_once(struct limit_probe *p, struct attempt *a, bool *kept, struct error *err)
{
    const struct parameters *asked = &a->at.settings.parameters;
    if (a->recorded)
        run_record_close(&a->record);
    int code = campaign_measure(p->campaign, asked, &a->schedule, &a->record, err);
    a->recorded = code == 0;
    a->tries++;
    if (code == ERR_STATE || code == ERR_IO) {
        p->rows->failed++;
        say_which(p, a);
        fprintf(stderr, "failed, left out: %s\n", err->text);
        return ERR_STATE;
    }
    if (code)
        return code;
    code = slo_judge(&asked->slo, &a->record, kept, err);
    if (code == 0)
        say(p, a, *kept);
    if (code == 0 && !*replay_unsound(&a->record))
        return 0;
    p->rows->unsound++;
    return code ? code : error_set(err, ERR_STATE, "not sound: %s", replay_unsound(&a->record));
}

static int try_on(struct limit_probe *p, struct attempt *a, bool *kept, struct error *err)
{
    struct error signal;
    int code = ERR_STATE;
    while (code == ERR_STATE && a->tries < LIMIT_TRIES) {
        code = try_once(p, a, kept, err);
        int ended = interrupt_check(&signal);
        if (code == ERR_STATE && ended) {
            *err = signal;
            code = ended;
        }
    }
    return code;
}

/* ERR_STATE, too: it is a row, with its reason. */
static int keep(struct limit_probe *p, struct attempt *a, const char *failure,
                struct error *err)
{
    const struct campaign *c = p->campaign;
    struct limit_made made = { .point = &a->at,
                               .value = a->value,
                               .run = p->run,
                               .failure = failure,
                               .host = c->host,
                               .wall_s = (double)(monotonic_ns() - a->begin_ns) / 1e9,
                               .tries = a->tries };
    struct limit_place place = { c->store, c->experiment, c->session->experiment.name };
    return limit_rows_put(&place, &c->session->plan, &made, a->recorded ? &a->record : NULL,
                          err);
}

static void count_in(struct limit_probe *p, const struct attempt *a, bool kept)
{
    struct limit_row row = {
        .run = p->run, .value = a->value, .kept = kept, .pace = host_paces_of(&a->record)
    };
    limit_rows_add(p->rows, &row);
}

int limit_probe_run(void *context, double value, bool *kept, struct error *err)
{
    struct limit_probe *p = context;
    struct attempt a = { .value = value };
    struct settings s;
    struct error why;
    int code = limit_settings(p->question, value, &s, err);
    if (code)
        return code;
    a.at = limit_rows_point(p->point, p->question, value, &s);
    p->campaign->point = &a.at; /* rejected tries are kept as its */
    p->run = limit_rows_free(p->rows, p->run + 1);
    p->campaign->repeat = p->run;
    a.begin_ns = monotonic_ns();
    schedule_build(&a.schedule, &a.at.settings.parameters, p->question->seed, p->run);
    code = try_on(p, &a, kept, &why);
    if (code == 0 || code == ERR_STATE) {
        int stored = keep(p, &a, code ? why.text : NULL, err);
        if (stored)
            code = stored;
        else if (code)
            *err = why;
        else
            count_in(p, &a, *kept);
    } else {
        *err = why;
    }
    if (a.recorded)
        run_record_close(&a.record);
    schedule_close(&a.schedule);
    p->campaign->point = NULL;
    free(a.at.cell);
    return code;
}
