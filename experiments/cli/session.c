#include "experiments/cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/claim.h"
#include "analysis/pace_scale.h"
#include "experiments/run/trace.h"

enum { KEY_SET = 0x1000 }; /* no letter: those are for the commands */

static const struct argp_option options[] = {
    { "set", KEY_SET, "NAME=VALUE", 0,
      "Override an option; a swept one is then no longer swept. A list, 'NAME=[A, B]', or a "
      "range sweeps it",
      0 },
    { "db", 'd', "FILE", 0, "Database (default: the experiment's name with .db)", 0 },
    { 0 },
};

int session_override(struct session *s, const struct override *o, struct error *err)
{
    if (s->override_count == SESSION_OVERRIDES_MAX)
        return error_set(err, ERR_INVALID, "%s %.80s: more than %d options are set",
                         o->given ? o->given : "--set", o->given ? o->text : o->name,
                         SESSION_OVERRIDES_MAX);
    s->overrides[s->override_count++] = *o;
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct session *s = state->input;
    struct override o;
    struct error err;
    switch (key) {
    case KEY_SET:
        if (override_parse(&o, arg, &err) || session_override(s, &o, &err))
            argp_error(state, "%s", err.text);
        return 0;
    case 'd':
        if (!*arg) /* to SQLite, a database that is gone when it is closed */
            argp_error(state, "--db: which file?");
        s->db = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (!*arg)
            argp_error(state, "which experiment?");
        if (s->path)
            argp_error(state, "one experiment at a time: '%s' is one too many", arg);
        s->path = arg;
        return 0;
    case ARGP_KEY_END:
        if (!s->path)
            argp_error(state, "which experiment?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp session_argp = { options, parse, "EXPERIMENT", NULL, NULL, NULL, NULL };

/* Those of a trace that are there from the start have to find a seat in the first pods. */
static int check_seats(const struct session *s, const struct fleet_params *f, struct error *err)
{
    if (f->pods == 0 || f->capacity == 0 || f->capacity * f->pods >= s->trace.initial)
        return 0;
    return error_set(err, ERR_INVALID,
                     "%s: fleet.capacity is %lld; the trace begins with %u clients on "
                     "%lld pods",
                     s->path, (long long)f->capacity, s->trace.initial, (long long)f->pods);
}

/* What the trace says itself would change nothing if it were given; the payload is that of events
 * in a history, too. */
static int check_said(const struct session *s, const struct settings *settings,
                      struct error *err)
{
    static const char *const said[] = {
        "workload.payload",       "clients.count",          "duplex.rate",      "duplex.size",
        "workload.payload-noise", "workload.same-arrivals", "workload.arrivals"
    };
    const struct replay_params *replay = &settings->parameters.replay;
    bool replays = replay->length > 0 || replay->stored > 0;
    size_t count;
    const struct option_row *all = options_all(&count);
    for (size_t i = replays ? 1 : 0; i < sizeof said / sizeof *said; i++)
        if (settings_given(settings, option_find(all, count, said[i])))
            return error_set(err, ERR_INVALID,
                             "%s: the trace says what happens: %s cannot be given too", s->path,
                             said[i]);
    return 0;
}

/* What settings_resolve asks of the clients and publishes of phases, asked of the trace's. */
static int check_trace(const struct session *s, struct error *err)
{
    double publishes = (double)schedule_publishes(&s->trace);
    int code = 0;
    for (size_t i = 0; i < s->plan.count && s->experiment.trace && code == 0; i++) {
        const struct parameters *p = &s->plan.points[i].settings.parameters;
        code = check_said(s, &s->plan.points[i].settings, err);
        code = code ? code : check_seats(s, &p->fleet, err);
        if (code)
            break;
        code = settings_check_feeds(p, publishes, (double)s->trace.clients, err);
        if (code)
            error_wrap(err, code, "%s: trace", s->path);
    }
    return code;
}

static int open_plan(struct session *s, struct error *err)
{
    int code = plan_build(&s->plan, &s->experiment, err);
    if (code == 0 && s->experiment.trace)
        code = trace_read(&s->trace, s->experiment.trace, err);
    code = code ? code : check_trace(s, err);
    if (code)
        session_close(s);
    return code;
}

/* What the file claims is judged after the runs, and may not be found wrong only then. */
static int check_claim(struct session *s, struct error *err)
{
    struct claim claim;
    int code = claim_read(&claim, &s->experiment, err);
    if (code)
        session_close(s);
    else
        claim_close(&claim);
    return code;
}

int session_open(struct session *s, struct error *err)
{
    int code = config_load(&s->experiment, s->path, s->overrides, s->override_count, err);
    code = code ? code : open_plan(s, err);
    return code ? code : check_claim(s, err);
}

int session_open_text(struct session *s, const char *name, const char *text, struct error *err)
{
    char *path = mem_printf("%s.yaml", name);
    int code = config_parse(&s->experiment, path, text, s->overrides, s->override_count, err);
    free(path);
    return code ? code : open_plan(s, err);
}

void session_close(struct session *s)
{
    schedule_close(&s->trace);
    plan_close(&s->plan);
    config_close(&s->experiment);
}

const struct schedule *session_trace(const struct session *s)
{
    return s->experiment.trace ? &s->trace : NULL;
}

char *session_db_path(const struct session *s)
{
    const struct shard *shard = &s->shard;
    if (s->db)
        return mem_strdup(s->db);
    if (!shard_is_part(shard))
        return mem_printf("%s.db", s->experiment.name);
    return mem_printf("%s.%lld-of-%lld.db", s->experiment.name, (long long)shard->index,
                      (long long)shard->count);
}

void session_warn_settings(const struct cells *cells)
{
    size_t other = 0, mixed = 0;
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        const uint64_t *hash = cell->scenario_hash;
        other += hash[ARM_SIM] && hash[ARM_REAL] && hash[ARM_SIM] != hash[ARM_REAL];
        mixed += cell->mixed[ARM_SIM] || cell->mixed[ARM_REAL];
    }
    if (mixed)
        fprintf(stderr,
                "pushsim: warning: the figures of %zu cell%s mix runs of different settings "
                "(what is not swept differs)\n",
                mixed, mixed == 1 ? "" : "s");
    if (other)
        fprintf(stderr,
                "pushsim: warning: %zu cell%s measured with other settings than simulated\n",
                other, other == 1 ? " was" : "s were");
}

int session_warn_scale(const struct session *s, struct store *store, struct error *err)
{
    const struct experiment *e = &s->experiment;
    struct pace_scale scale;
    if (!e->profile)
        return 0;
    int code = pace_scale_read(&scale, store, e->name, e->profile, err);
    if (code == 0 && pace_scale_differs(&scale))
        fprintf(
            stderr,
            "pushsim: warning: host.pace of %zu of %zu real runs is on another scale than the "
            "profile's, or of a CPU at another clock (%.3f ns a step at best, %.3f): of "
            "another "
            "scale, their predictions are off\n",
            scale.off, scale.runs, scale.off_ns, scale.profile_ns);
    return code;
}

void session_draw_parameters(struct session *s)
{
    s->overrides[s->override_count++] =
        (struct override){ .name = "parameters", .text = "drawn", .given = "parameters" };
}

void session_warn_outside(const struct fitted_ranges *fitted, const char *profile,
                          const struct fitted_outside *outside)
{
    char *what = fitted_outside_text(fitted, outside);
    if (*what)
        fprintf(stderr, "pushsim: warning: outside of what '%s' was fitted to: %s\n", profile,
                what);
    free(what);
}

/* Of the points that have this profile. */
static void warn_ranges(const struct session *s, const struct fitted_ranges *fitted)
{
    struct fitted_outside outside = { 0 };
    const char *profile = NULL;
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct plan_point *point = &s->plan.points[i];
        if (point->fitted != fitted)
            continue;
        profile = point->profile;
        fitted_ranges_outside(fitted, &point->settings, &outside);
    }
    if (s->experiment.trace)
        fitted_outside_forget_load(&outside);
    if (profile)
        session_warn_outside(fitted, profile, &outside);
}

bool session_has_slo(const struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++)
        if (slo_any(&s->plan.points[i].settings.parameters.slo))
            return true;
    return false;
}

void session_warn_no_profile(const struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct plan_point *point = &s->plan.points[i];
        if (point->profile || !slo_any(&point->settings.parameters.slo))
            continue;
        fputs("pushsim: warning: no profile: the costs are defaults, of no server that was "
              "measured\n",
              stderr);
        return;
    }
}

/* `cpu: { limit: 30 }`, meant as 30m, is no limit: in a sweep an ample one is wished for. */
static void warn_whole(const struct session *s)
{
    char limit[UNIT_TEXT_BYTES], whole[UNIT_TEXT_BYTES];
    const struct parameters *p = &s->plan.points[0].settings.parameters;
    double cpus = 1000.0 * p->host.cpus, most = 0;
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct cpu_group_params *c = &s->plan.points[i].settings.parameters.cpu;
        double millicores = 1000 * (double)c->quota_ns / (double)c->period_ns;
        if (s->plan.points[i].settings.parameters.host.cpus != p->host.cpus ||
            millicores <= cpus || (most > 0 && millicores != most))
            return;
        most = millicores;
    }
    fprintf(stderr,
            "pushsim: warning: cpu.limit %s limits nothing above %s: the server has %d CPU%s "
            "(host.cpus)\n",
            unit_format_short(limit, UNIT_CPU, most), unit_format_short(whole, UNIT_CPU, cpus),
            p->host.cpus, p->host.cpus == 1 ? "" : "s");
}

/* On a node they would run at the same time, up to the quota; here one after another. */
void session_warn_cpus(const struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct parameters *p = &s->plan.points[i].settings.parameters;
        if (p->server.workers <= p->host.cpus)
            continue;
        fprintf(stderr,
                "pushsim: warning: %lld workers take turns on %d CPU%s (host.cpus), however "
                "high the limit\n",
                (long long)p->server.workers, p->host.cpus, p->host.cpus == 1 ? "" : "s");
        return;
    }
}

/* What the profile tells of its errors is drawn from; without one all runs have the same costs. */
static void warn_not_drawn(const struct session *s)
{
    for (size_t i = 0; i < s->plan.count; i++) {
        const struct plan_point *point = &s->plan.points[i];
        if (point->profile || point->settings.drawn == PARAMETERS_FIXED)
            continue;
        fputs("pushsim: warning: parameters: drawn has nothing to draw from: no profile\n",
              stderr);
        return;
    }
}

void session_warn_ranges(const struct session *s)
{
    const struct sweep *sweep = &s->experiment.sweep;
    warn_not_drawn(s);
    session_warn_no_profile(s);
    session_warn_cpus(s);
    warn_whole(s);
    warn_ranges(s, &s->experiment.fitted);
    for (size_t i = 0; i < sweep->profile_count; i++)
        warn_ranges(s, &sweep->profiles[i].fitted);
}

void session_warn_untold(const struct session *s, const struct server_spec *spec)
{
    const char *option = NULL;
    for (size_t i = 0; i < s->plan.count && !option; i++)
        option = replay_untold(&s->plan.points[i].settings, spec);
    if (option)
        fprintf(stderr,
                "pushsim: warning: %s: server '%s' has its own, and its description has no "
                "placeholder to tell it another\n",
                option, spec->name);
}

int session_store(const struct session *s, struct store **store, int64_t *experiment,
                  struct error *err)
{
    struct store *opened;
    char *path = session_db_path(s);
    int code = store_open(&opened, path, STORE_CREATE, err);
    free(path);
    if (code)
        return code;
    code = store_experiment(opened, &s->experiment, experiment, err);
    if (code)
        store_close(opened);
    else
        *store = opened;
    return code;
}
