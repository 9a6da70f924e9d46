/* campaign.h - an experiment's plan against a real server: which runs are still to be made, tried
 * again when not sound, stored. Of a session's shard, its runs alone.
 *
 * Repeats outside, points inside: what drifts on the host spreads over all the points. A run that
 * fails is a row with its reason, one that was not sound is a row with status "invalid"; both are
 * made again by the next campaign. Every try that was not sound, or failed otherwise than by a
 * signal, is kept beside the runs, too (store_reject), and a run tells how many tries it took
 * (metric client.tries). Where the client's floor could not be measured it is tried again before
 * each run; one without it is not sound, unless the floor is fitted. SIGINT, SIGTERM and SIGHUP
 * end a campaign in order, from campaign_open until campaign_close: server and cgroup are gone,
 * the run is a failed row, ERR_INTERRUPTED with the signal's number is returned.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CAMPAIGN_H
#define PUSHSIM_EXPERIMENTS_CLI_CAMPAIGN_H

#include <signal.h>

#include "experiments/cli/session.h"
#include "experiments/replay/client_floor.h"
#include "experiments/replay/server_spec.h"
#include "models/run_record.h"

/* Told of each run that was made; reason "": it is sound. */
typedef void campaign_row_fn(void *context, const struct plan_point *point, int64_t repeat,
                             const struct run_record *record, const char *reason);

struct campaign {
    const struct session *session; /* borrowed, open; as all pointers here */
    struct store *store;           /* with the experiment's row; for campaign_run */
    int64_t experiment;            /* its id */
    const char *server;            /* server description; NULL: what the experiment names */
    const char *record;            /* file for what was played (of a single run), or NULL */
    int64_t repeats;               /* runs of each point; 0 = the plan's */
    int64_t retries;               /* of a run that was not sound, 0.. */
    int64_t repeat; /* the run in progress: which of them, for what is drawn in it */
    const struct plan_point *point; /* the same: whose tries are stored; NULL: they are not */
    bool fits_floor;                /* the client's own time is a part of what is fitted */
    bool force;                     /* also make what the store has of this server */
    campaign_row_fn *each;          /* told of each run that is made; may be NULL */
    void *context;                  /* for each */

    struct server_spec spec;              /* from here on: what campaign_open found */
    uint64_t server_hash;                 /* of its description and program */
    char host[128];                       /* this host, in words (host_facts.h) */
    struct client_floor floor[PROTOCOLS]; /* of the load client, before the first run */
    int64_t total, made, skipped, failed, invalid; /* runs; the last two are of made */
    struct error failure;                          /* of the first run that failed */
    struct error unsound; /* why the last run that was not sound was not; "": there is none */
    int64_t rejected;     /* tries: not sound, or failed */
    int64_t begin_ns;     /* monotonic */
    sigset_t mask;        /* of signals, as it was before campaign_open */
};

/* Whether the campaign can be made, before a database is: server description, right to make a
 * cgroup. Else campaign_run does it first. Errors as there; campaign_close is due then, too. */
int campaign_open(struct campaign *c, struct error *err);
/* The names of spec and host are valid afterwards, until campaign_close. ERR_INVALID: no or a bad
 * server description. ERR_UNAVAILABLE: no cgroup, or the server cannot be started here. ERR_IO:
 * the store. ERR_INTERRUPTED + signal. What was stored stays. */
int campaign_run(struct campaign *c, struct error *err);
/* What campaign_run consists of, for who chooses runs as they come (then `store` may be NULL): the
 * load client's floor for each protocol that is still to be run; and one run, made until it is
 * sound or the tries are used up. Errors as replay_run. */
int campaign_floor(struct campaign *c, struct error *err);
int campaign_measure(struct campaign *c, const struct parameters *p, const struct schedule *s,
                     struct run_record *record, struct error *err);
void campaign_close(struct campaign *c);

#endif
