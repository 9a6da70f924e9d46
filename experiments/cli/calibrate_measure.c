#include "experiments/cli/calibrate_measure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/cli/campaign.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/replay.h"
#include "experiments/run/monotonic.h"

#define PILOT_S 36.0 /* the pilot takes about so long, with both floors of the client */
#define RETRIES 1    /* of a run that was not sound: the other repeats make up for it */
#define PILOTS  4    /* times that the pilot is gone through until all of it is sound */
/* Before the next time, each longer than the last: what disturbs a host is often over soon. */
#define PILOT_PAUSE_S(round) (5 << ((round)-1))

static int open_text(struct session *session, const char *name, const char *text,
                     struct error *err)
{
    session->path = "the calibration";
    return session_open_text(session, name, text, err);
}

/* Makes the runs of the session's plan that the database lacks. */
static int run_campaign(struct calibrate_measure *m, const struct session *session, bool force,
                        struct error *err)
{
    struct campaign campaign = { .session = session,
                                 .server = m->server,
                                 .retries = RETRIES,
                                 .fits_floor = true,
                                 .force = force };
    int code = session_store(session, &campaign.store, &campaign.experiment, err);
    if (code)
        return code;
    code = campaign_run(&campaign, err);
    if (code == 0 && campaign.failed > 0 && campaign.failed == campaign.made + campaign.skipped)
        code = error_set(err, ERR_STATE, "none of %lld runs worked; the first: %s",
                         (long long)campaign.failed, campaign.failure.text);
    m->invalid += campaign.invalid;
    m->busy = campaign.invalid > 0;
    m->spoiled = m->busy ? campaign.unsound : campaign.failure;
    campaign_close(&campaign);
    store_close(campaign.store);
    return code;
}

static int read_pilot(const struct calibrate_measure *m, const char *name,
                      const struct design_request *request,
                      struct design_costs costs[PROTOCOLS], struct error *err)
{
    struct store *store;
    int code = store_open(&store, m->db, STORE_READ, err);
    if (code)
        return code;
    code = calibration_pilot_read(request, store, name, costs, err);
    store_close(store);
    return code;
}

/* Says what is missing, and waits. ERR_INTERRUPTED + signal. */
static int wait_for_calm(int round, struct error *err)
{
    sigset_t mask;
    int code = 0;
    fprintf(stderr, "pushsim: %s; again in %d s\n", err->text, PILOT_PAUSE_S(round));
    interrupt_hold(&mask);
    for (int tenth = 0; tenth < 10 * PILOT_PAUSE_S(round) && code == 0; tenth++) {
        nanosleep(&(struct timespec){ .tv_nsec = 100000000L }, NULL);
        code = interrupt_check(err);
    }
    interrupt_take();
    interrupt_release(&mask);
    return code;
}

/* Why the pilot is given up: what its host or its server spoiled is no fault of the input. */
static int give_up(const struct calibrate_measure *m, struct error *err)
{
    char *missing = mem_strdup(err->text);
    error_set(err, ERR_STATE, "%s in %d rounds%s: %.500s", missing, PILOTS,
              m->busy ? " (measure when the machine is quiet)" : "", m->spoiled.text);
    free(missing);
    return ERR_STATE;
}

/* Goes through the pilot until all of it is sound. */
static int run_rounds(struct calibrate_measure *m, const struct session *session,
                      const char *name, const struct design_request *request,
                      struct design_costs costs[PROTOCOLS], struct error *err)
{
    for (int round = 1;; round++) {
        int code = run_campaign(m, session, m->force && round == 1, err);
        if (code)
            return code;
        code = read_pilot(m, name, request, costs, err);
        if (code != ERR_STATE)
            return code;
        if (round == PILOTS)
            return give_up(m, err);
        code = m->busy ? wait_for_calm(round, err) : 0;
        if (code)
            return code;
    }
}

static int run_pilot(struct calibrate_measure *m, const struct session *like,
                     const char *server, const struct design_request *request,
                     struct design_costs costs[PROTOCOLS], struct error *err)
{
    struct session session = *like;
    char *name = mem_printf("%s-calibration" CALIBRATE_PILOT_SUFFIX, server);
    char *text = calibration_pilot(request);
    session.db = m->db;
    int code = open_text(&session, name, text, err);
    if (code == 0) {
        code = run_rounds(m, &session, name, request, costs, err);
        session_close(&session);
    }
    free(text);
    free(name);
    return code;
}

static int run_design(struct calibrate_measure *m, struct session *session, const char *server,
                      const struct design_request *request,
                      const struct design_costs costs[PROTOCOLS], struct error *err)
{
    char *name = mem_printf("%s-calibration", server);
    char *text = calibration_design(request, costs);
    session->db = m->db;
    int code = open_text(session, name, text, err);
    free(text);
    free(name);
    if (code)
        return code;
    code = run_campaign(m, session, m->force, err);
    if (code)
        session_close(session);
    return code;
}

static struct design_request request_of(const struct calibrate_measure *m,
                                        const struct server_spec *spec)
{
    struct design_request request = {
        .loop = spec->hops < 0 ? -1 : spec->loop,
        .hops = spec->hops,
        .size = m->size,
        .budget_s = m->budget_s - PILOT_S,
    };
    request.speaks[PROTOCOL_SSE] = spec->sse;
    request.speaks[PROTOCOL_WEBSOCKET] = spec->websocket;
    request.beats[PROTOCOL_SSE] = server_spec_takes(spec, "{heartbeat}");
    request.beats[PROTOCOL_WEBSOCKET] = server_spec_takes(spec, "{ping_interval}");
    return request;
}

int calibrate_measure(struct calibrate_measure *m, struct session *session, struct error *err)
{
    struct server_spec spec;
    struct design_costs costs[PROTOCOLS];
    double begin_s = monotonic_s();
    int code = server_spec_read(&spec, m->server, err);
    if (code)
        return code;
    code = replay_two_cpus(err);
    if (code) {
        server_spec_close(&spec);
        return code;
    }
    struct design_request request = request_of(m, &spec);
    m->db = session->db ? mem_strdup(session->db) : mem_printf("%s-calibration.db", spec.name);
    code = run_pilot(m, session, spec.name, &request, costs, err);
    if (code == 0)
        code = run_design(m, session, spec.name, &request, costs, err);
    m->wall_s = monotonic_s() - begin_s;
    server_spec_close(&spec);
    return code;
}

void calibrate_measure_close(struct calibrate_measure *m)
{
    free(m->db);
    m->db = NULL;
}

static bool is_pilot(const char *name)
{
    size_t length = strlen(name), suffix = strlen(CALIBRATE_PILOT_SUFFIX);
    return length > suffix && strcmp(name + length - suffix, CALIBRATE_PILOT_SUFFIX) == 0;
}

struct found {
    char *name, *source; /* owned */
    int count;
};

static void take_experiment(void *context, const char *name, const char *source)
{
    struct found *found = context;
    if (is_pilot(name) || found->count++ > 0)
        return;
    found->name = mem_strdup(name);
    found->source = mem_strdup(source);
}

/* The first file that a value names (one, or a list of them) by a path that is not absolute, or
 * NULL. */
static const struct yaml_node *relative_file(const struct yaml_node *value)
{
    if (!value || value->kind == YAML_SCALAR)
        return value && *value->text != '/' ? value : NULL;
    for (const struct yaml_node *n = value->child; n; n = n->next)
        if (n->kind == YAML_SCALAR && *n->text != '/')
            return n;
    return NULL;
}

/* Files are named from where the experiment lies, and its rows do not tell where that is. */
static int check_files(const char *db, const struct found *found, struct error *err)
{
    static const char *const keys[] = { "profile", "trace", "server_spec", "sweep.profile",
                                        "sweep.zip.profile" };
    struct yaml_document doc;
    int code = yaml_parse(&doc, found->name, found->source, strlen(found->source), err);
    if (code)
        return code;
    for (size_t i = 0; i < sizeof keys / sizeof *keys && code == 0; i++) {
        const struct yaml_node *file = relative_file(yaml_find(doc.root, keys[i]));
        if (file)
            code = error_set(err, ERR_INVALID,
                             "%s: its experiment names a file by its own place, which rows do "
                             "not tell (%s: %.200s); give the experiment's file and --db",
                             db, keys[i], file->text);
    }
    yaml_close(&doc);
    return code;
}

int calibrate_from_rows(struct session *session, struct error *err)
{
    struct found found = { 0 };
    struct store *store;
    const char *db = session->path;
    int code = store_open(&store, db, STORE_READ, err);
    if (code)
        return code;
    code = store_experiments(store, take_experiment, &found, err);
    store_close(store);
    if (code == 0 && found.count != 1)
        code = error_set(err, ERR_INVALID,
                         "%s: holds %d experiments to calibrate from; give "
                         "the experiment's file and --db",
                         db, found.count);
    session->db = db;
    if (code == 0)
        code = check_files(db, &found, err);
    if (code == 0)
        code = open_text(session, found.name, found.source, err);
    free(found.name);
    free(found.source);
    return code;
}
