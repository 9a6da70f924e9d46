#include "experiments/cli/campaign.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/phases.h"
#include "analysis/rows_origin.h"
#include "experiments/cli/output_file.h"
#include "experiments/replay/host_facts.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/replay.h"
#include "experiments/replay/replay_support.h"
#include "experiments/replay/server_command.h"
#include "experiments/replay/server_program.h"
#include "experiments/run/fnv_hash.h"
#include "experiments/run/monotonic.h"
#include "experiments/run/trace.h"

static void say_progress(const struct campaign *c, const struct plan_point *point,
                         int64_t repeat)
{
    int64_t at = c->made + c->skipped;
    double each_s = c->made ? (double)(monotonic_ns() - c->begin_ns) / 1e9 / (double)c->made
                            : plan_real_seconds(point);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K[%lld/%lld] %s%srepeat %lld; about %.0f s to go",
                (long long)at + 1, (long long)c->total, point->cell, *point->cell ? ", " : "",
                (long long)repeat, each_s * (double)(c->total - at));
}

static bool is_floor_known(const struct campaign *c, enum push_protocol protocol)
{
    return c->fits_floor || isfinite(c->floor[protocol].first_s);
}

/* The floor, where it could not be measured before: the host may be calmer now. */
static int find_floor(struct campaign *c, enum push_protocol protocol, struct error *err)
{
    if (is_floor_known(c, protocol))
        return 0;
    int code = client_floor_measure(&c->floor[protocol], protocol, err);
    return code == ERR_STATE ? 0 : code;
}

/* Of what is asked, and of which server. */
static uint64_t config_hash(const struct campaign *c, const struct plan_point *point)
{
    return fnv_bytes(point->scenario_hash, &c->server_hash, sizeof c->server_hash);
}

/* A try that is no result; record NULL: it failed. */
static int reject(struct campaign *c, int64_t begin_ns, const struct run_record *record,
                  const char *reason, struct error *err)
{
    c->rejected++;
    if (!c->point)
        return 0;
    struct store_run run = { .arm = ARM_REAL,
                             .replication = c->repeat,
                             .status = record ? RUN_INVALID : RUN_FAILED,
                             .reason = reason,
                             .config_hash = config_hash(c, c->point),
                             .wall_s = (double)(monotonic_ns() - begin_ns) / 1e9,
                             .host = c->host };
    return store_reject(c->store, c->experiment, c->point, &run, record, err);
}

static int try_once(struct campaign *c, const struct parameters *p, const struct schedule *s,
                    struct run_record *record, struct error *err)
{
    struct schedule played = { 0 };
    struct client_floor floor = c->floor[p->server.protocol];
    struct replay_options how = { .server_cpu = -1,
                                  .client_cpu = -1,
                                  .seed = (uint64_t)c->session->plan.seed,
                                  .replication = (uint32_t)c->repeat,
                                  .played = c->record ? &played : NULL,
                                  .floor = &floor };
    floor.unjudged = c->fits_floor;
    int rc = replay_run(p, s, &c->spec, &how, record, err);
    if (rc == 0)
        phases_describe(p, s, record);
    if (rc == 0 && c->record && (rc = trace_write(&played, c->record, err)))
        run_record_close(record);
    schedule_close(&played);
    return rc;
}

/* Without the floor no further try would be sound either: it is the next run that looks for it
 * again. */
int campaign_measure(struct campaign *c, const struct parameters *p, const struct schedule *s,
                     struct run_record *record, struct error *err)
{
    enum push_protocol protocol = p->server.protocol;
    int rc = find_floor(c, protocol, err);
    for (int64_t tries = 1; rc == 0; tries++) {
        int64_t begin_ns = monotonic_ns();
        rc = try_once(c, p, s, record, err);
        if (rc)
            return rc;
        const char *unsound = replay_unsound(record);
        run_record_metric(record, "client.tries", "1", (double)tries);
        if (!*unsound)
            return 0;
        rc = reject(c, begin_ns, record, unsound, err);
        if (rc == 0 && (tries > c->retries || !is_floor_known(c, protocol)))
            return 0;
        run_record_close(record);
    }
    return rc;
}

/* Rows of another description or program are not this server's. Those from before it counted have the
 * scenario's hash alone, and are taken for it. */
static bool is_stored(const struct campaign *c, const struct plan_point *point, int64_t repeat)
{
    return c->store && (store_has(c->store, c->experiment, ARM_REAL, point->number, repeat,
                                  config_hash(c, point)) ||
                        store_has(c->store, c->experiment, ARM_REAL, point->number, repeat,
                                  point->scenario_hash));
}

static bool is_ours(const struct campaign *c, const struct plan_point *point, int64_t repeat)
{
    return shard_has(&c->session->shard, point->number, repeat);
}

static bool is_there(const struct campaign *c, const struct plan_point *point, int64_t repeat)
{
    return !c->force && is_stored(c, point, repeat);
}

/* Failed and unsound runs are rows with their reasons. But a sound one that was there before
 * (--force) is worth more: it stays until there is another to replace it. */
static int keep(struct campaign *c, const struct plan_point *point, struct store_run *run,
                const struct run_record *record, struct error *err)
{
    c->made++;
    if (run->status == RUN_FAILED)
        c->failed++;
    if (run->status == RUN_INVALID)
        c->invalid++;
    if (run->status != RUN_DONE && is_stored(c, point, run->replication)) {
        fprintf(stderr, "pushsim: %s%srepeat %lld: the run that was there stays\n", point->cell,
                *point->cell ? ", " : "", (long long)run->replication);
        return 0;
    }
    return store_put(c->store, c->experiment, &c->session->plan, point, run, record, err);
}

/* The schedule of one run: the trace, or built from the phases (then it is the caller's). */
static const struct schedule *schedule_of(const struct campaign *c,
                                          const struct plan_point *point, int64_t repeat,
                                          struct schedule *built)
{
    const struct schedule *trace = session_trace(c->session);
    *built = (struct schedule){ 0 };
    if (!trace)
        schedule_build(built, &point->settings.parameters, (uint64_t)c->session->plan.seed,
                       (uint32_t)repeat);
    return trace ? trace : built;
}

/* One run: measured, stored. ERR_UNAVAILABLE and errors of the store end the campaign. */
static int run_once(struct campaign *c, const struct plan_point *point, int64_t repeat,
                    struct error *err)
{
    struct store_run run = { .arm = ARM_REAL,
                             .replication = repeat,
                             .status = RUN_DONE,
                             .reason = "",
                             .config_hash = config_hash(c, point),
                             .host = c->host };
    struct schedule built;
    struct run_record record;
    struct error why;
    int64_t begin_ns = monotonic_ns();
    c->repeat = repeat;
    c->point = point;
    say_progress(c, point, repeat);
    int rc = campaign_measure(c, &point->settings.parameters,
                              schedule_of(c, point, repeat, &built), &record, &why);
    run.wall_s = (double)(monotonic_ns() - begin_ns) / 1e9;
    schedule_close(&built);
    if (rc == ERR_UNAVAILABLE || rc == ERR_INVALID) {
        *err = why;
        return rc;
    }
    if (rc) {
        run.status = RUN_FAILED;
        run.reason = why.text;
        if (c->failed == 0)
            c->failure = why;
        rc = rc >= ERR_INTERRUPTED ? 0 : reject(c, begin_ns, NULL, why.text, err);
        if (rc)
            return rc;
        fprintf(stderr, "pushsim: %s%srepeat %lld: %s\n", point->cell, *point->cell ? ", " : "",
                (long long)repeat, why.text);
        return keep(c, point, &run, NULL, err);
    }
    run.reason = replay_unsound(&record);
    run.status = *run.reason ? RUN_INVALID : RUN_DONE;
    if (run.status == RUN_INVALID)
        error_set(&c->unsound, ERR_STATE, "%s", run.reason);
    if (c->each)
        c->each(c->context, point, repeat, &record, run.reason);
    rc = keep(c, point, &run, &record, err);
    run_record_close(&record);
    return rc;
}

static int run_all(struct campaign *c, int64_t repeats, struct error *err)
{
    const struct plan *plan = &c->session->plan;
    int rc = store_plan(c->store, c->experiment, ARM_REAL, repeats * (int64_t)plan->count, err);
    c->begin_ns = monotonic_ns();
    for (int64_t repeat = 1; rc == 0 && repeat <= repeats; repeat++)
        for (size_t i = 0; rc == 0 && i < plan->count; i++) {
            if (!is_ours(c, &plan->points[i], repeat))
                continue;
            if (is_there(c, &plan->points[i], repeat)) {
                c->skipped++;
                rc = store_retitle(c->store, c->experiment, &plan->points[i], repeat, err);
            } else {
                rc = run_once(c, &plan->points[i], repeat, err);
            }
            rc = rc ? rc : interrupt_check(err);
        }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    return rc;
}

static int open_spec(struct campaign *c, struct error *err)
{
    const char *path = c->server ? c->server : c->session->experiment.server_spec;
    if (!path)
        return error_set(err, ERR_INVALID, "%s: names no server_spec; give --server FILE",
                         c->session->path);
    int code = server_spec_read(&c->spec, path, err);
    if (code)
        return code;
    uint64_t program = server_program_hash(&c->spec);
    c->server_hash = fnv_bytes(server_spec_hash(&c->spec), &program, sizeof program);
    return 0;
}

/* A client that cannot be measured soundly now may be later: find_floor tries again. */
int campaign_floor(struct campaign *c, struct error *err)
{
    const struct plan *plan = &c->session->plan;
    bool done[PROTOCOLS] = { false };
    for (size_t i = 0; i < PROTOCOLS; i++)
        c->floor[i] = CLIENT_FLOOR_UNKNOWN;
    for (size_t i = 0; i < plan->count * (size_t)c->repeats; i++) {
        const struct plan_point *point = &plan->points[i % plan->count];
        enum push_protocol protocol = point->settings.parameters.server.protocol;
        int64_t repeat = (int64_t)(i / plan->count) + 1;
        if (done[protocol] || !is_ours(c, point, repeat) || is_there(c, point, repeat))
            continue;
        done[protocol] = true;
        int code = server_command_check(&c->spec, err); /* sooner than the client's own time */
        if (code)
            return code;
        code = client_floor_measure(&c->floor[protocol], protocol, err);
        if (code == ERR_STATE)
            fprintf(stderr, "pushsim: warning: %s%s\n", err->text,
                    c->fits_floor ? "" : "; no run is sound until it can be measured");
        else if (code)
            return code;
    }
    return 0;
}

/* Before the first run, not in front of the one that it concerns. */
static int check_points(const struct campaign *c, struct error *err)
{
    const struct plan *plan = &c->session->plan;
    int rc = 0;
    for (size_t i = 0; i < plan->count && rc == 0; i++)
        rc = replay_supports(&plan->points[i].settings.parameters, &c->spec, err);
    if (rc == 0)
        session_warn_untold(c->session, &c->spec);
    return rc;
}

int campaign_open(struct campaign *c, struct error *err)
{
    struct host_facts facts;
    interrupt_hold(&c->mask);
    c->repeats = c->repeats ? c->repeats : c->session->plan.repeats;
    c->total = shard_runs(&c->session->shard, c->repeats * (int64_t)c->session->plan.count);
    if (c->record && c->total != 1)
        return error_set(err, ERR_INVALID,
                         "--record takes one run, and this is %lld (--repeats 1, "
                         "and --set for what is swept)",
                         (long long)c->total);
    int rc = c->record ? output_file_check(c->record, err) : 0;
    rc = rc ? rc : open_spec(c, err);
    rc = rc ? rc : check_points(c, err);
    if (rc == 0)
        rc = replay_possible(err);
    host_facts_read(&facts, "");
    host_facts_describe(&facts, c->host, sizeof c->host);
    return rc;
}

/* Changes of a server beyond its description and program are told by nothing else. */
static void say_reused(const struct campaign *c)
{
    const struct plan *plan = &c->session->plan;
    struct rows_origin origin;
    struct error ignored;
    long long there = 0;
    for (size_t i = 0; i < plan->count * (size_t)c->repeats; i++) {
        const struct plan_point *point = &plan->points[i % plan->count];
        int64_t repeat = (int64_t)(i / plan->count) + 1;
        there += is_ours(c, point, repeat) && is_there(c, point, repeat);
    }
    if (there == 0 ||
        rows_origin_read(&origin, c->store, c->session->experiment.name, &ignored) != 0)
        return;
    bool one_day = strcmp(origin.first, origin.last) == 0;
    fprintf(stderr, "pushsim: %lld run%s of %s%s%s %s there already; --force measures again\n",
            there, there == 1 ? "" : "s", origin.first, one_day ? "" : " to ",
            one_day ? "" : origin.last, there == 1 ? "is" : "are");
}

int campaign_run(struct campaign *c, struct error *err)
{
    int rc = c->spec.name ? 0 : campaign_open(c, err);
    if (rc == 0)
        rc = campaign_floor(c, err);
    if (rc == 0)
        say_reused(c);
    return rc ? rc : run_all(c, c->repeats, err);
}

void campaign_close(struct campaign *c)
{
    if (c->spec.name)
        server_spec_close(&c->spec);
    interrupt_take();
    interrupt_release(&c->mask);
}
