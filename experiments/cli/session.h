/* session.h - what the commands that take an experiment have in common: it is read, planned and
 * checked, with its --set options, and has a database.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_SESSION_H
#define PUSHSIM_EXPERIMENTS_CLI_SESSION_H

#include <argp.h>

#include "analysis/cells.h"
#include "experiments/replay/replay_support.h"
#include "experiments/run/config.h"
#include "experiments/run/plan.h"
#include "experiments/run/shard.h"
#include "experiments/run/store.h"
#include "models/schedule.h"

#define SESSION_OVERRIDES_MAX 64

/* Filled by the argp child; then session_open. */
struct session {
    const char *path; /* the experiment file, from the command line; borrowed */
    /* --db, borrowed, or NULL: the experiment's name with .db (of a part: .I-of-N.db) in the
     * working directory. */
    const char *db;
    struct shard shard; /* which runs are made; zeros: all (shard_option.h) */
    struct override overrides[SESSION_OVERRIDES_MAX]; /* by --set, or in its place */
    size_t override_count;                            /* of them */

    struct experiment experiment; /* from here on: valid after session_open */
    struct plan plan;             /* its points and replications, checked */
    struct schedule trace;        /* of experiment.trace; empty when there is none */
};

/* Parses EXPERIMENT, --set NAME=VALUE and --db FILE; input of the child: struct session. */
extern const struct argp session_argp;

/* Adds --set NAME=TEXT, or what stands for it, to those before it; its strings are borrowed.
 * ERR_INVALID: there are SESSION_OVERRIDES_MAX already. */
int session_override(struct session *s, const struct override *o, struct error *err);

/* Reads, checks and plans. ERR_INVALID, ERR_IO; the session needs no close then. */
int session_open(struct session *s, struct error *err);
/* The same of an experiment that is no file: its text, and a name for it. */
int session_open_text(struct session *s, const char *name, const char *text, struct error *err);
void session_close(struct session *s);
/* The trace for one run, or NULL when the schedule is built from phases. */
const struct schedule *session_trace(const struct session *s);
/* Opens the database (made when it is not there) and finds the experiment's row. */
int session_store(const struct session *s, struct store **store, int64_t *experiment,
                  struct error *err);
/* Has a point of the plan an slo? It may be swept. */
bool session_has_slo(const struct session *s);
/* The database's path, allocated. */
char *session_db_path(const struct session *s);
/* For a command that predicts: parameters are drawn (parameter_draws.h) unless --set says
 * otherwise. To be called before the arguments are parsed. */
void session_draw_parameters(struct session *s);
/* Says what of the plan's points lies outside the ranges that their profiles were fitted to: a
 * line on standard error for each such profile; where a profile tells no ranges, its event loop
 * alone is looked at. Says, too, when parameters are to be drawn and there is no profile to draw
 * from. */
void session_warn_ranges(const struct session *s);
/* Says which option of the experiment this server is not told (replay_untold). */
void session_warn_untold(const struct session *s, const struct server_spec *spec);
/* An slo is judged by costs that are nobody's: the answer looks as sure as one by measured ones.
 * Part of session_warn_ranges. */
void session_warn_no_profile(const struct session *s);
/* More workers than CPUs: on a node that has more they would run at the same time. And a limit, not
 * swept, above what the CPUs can give. Part of session_warn_ranges. */
void session_warn_cpus(const struct session *s);
/* session_warn_ranges of what was found outside the ranges of the profile of this name. */
void session_warn_outside(const struct fitted_ranges *fitted, const char *profile,
                          const struct fitted_outside *outside);
/* Says so when cells were measured with other settings than simulated, or hold runs of several:
 * rows from elsewhere may share a cell's words and not what is not swept. */
void session_warn_settings(const struct cells *cells);

/* Says so when real runs were measured with paces on another scale than the profile's: every
 * simulated run of such a one is too slow or too fast. Nothing without a profile. ERR_IO,
 * ERR_INVALID. */
int session_warn_scale(const struct session *s, struct store *store, struct error *err);

#endif
