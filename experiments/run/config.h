/* config.h - an experiment file, read and checked: the question, the base settings, the sweep.
 *
 *   question, expect   text
 *   profile            FILE: costs and loop of a calibrated server (options marked OPTION_MODEL)
 *   trace              FILE: publishes, connects, ... instead of workload.phases
 *   server_spec        FILE: the server that the real arm starts
 *   assert             what must come out (expectation.h)
 *   claim, evidence,
 *   decision           read by analysis/claim.h
 *   sweep              what is varied (config_sweep.h)
 *   workload.phases    list of { name, duration, rate, … } (options_of_phase)
 *   everything else    the option table (options.h), dots as levels or as written
 *
 * Files are resolved against the experiment file's directory. Values are applied in the order
 * defaults, profile, experiment, --set; then the sweep. Profiles that are swept (each point then
 * has its own) take the place of `profile`.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_CONFIG_H
#define PUSHSIM_EXPERIMENTS_RUN_CONFIG_H

#include "experiments/run/config_sweep.h"
#include "experiments/run/expectation.h"
#include "experiments/run/override.h"
#include "experiments/run/settings.h"
#include "experiments/run/yaml_document.h"

struct experiment {              /* all owned */
    struct yaml_document doc;    /* the file itself */
    char *name;                  /* the file's name without directory and extension */
    char *question;              /* "" when not given */
    char *expect;                /* "" when not given */
    char *profile;               /* path, or NULL */
    struct fitted_ranges fitted; /* what the profile was fitted to; zeros: it does not say */
    char *trace;                 /* path, or NULL */
    char *server_spec;           /* path, or NULL */
    char *set;                   /* "NAME=TEXT NAME=TEXT": what --set gave; "" when nothing */
    struct settings base;        /* not yet resolved (settings_resolve): the plan does that */
    struct sweep sweep;          /* what is varied from point to point */
    struct expectations expectations; /* what must come out */
};

/* Reads and checks an experiment. ERR_INVALID (as when a file cannot be read) with path, line
 * and column, or "--set NAME=TEXT" (or what stands for it); *e is then empty and needs no
 * close. */
int config_load(struct experiment *e, const char *path, const struct override *overrides,
                size_t override_count, struct error *err);
/* The same from text; `path` names it in messages and, without directory and ".yaml", the
 * experiment. */
int config_parse(struct experiment *e, const char *path, const char *text,
                 const struct override *overrides, size_t override_count, struct error *err);
void config_close(struct experiment *e);

/* Connections of the real arm's publisher: workload.publishers of an experiment with a server_spec
 * that does not say otherwise. */
#define REAL_ARM_PUBLISHERS 16

/* Applies a profile file to settings; *fitted: the ranges that it was fitted to (NULL: not wanted).
 * ERR_INVALID with its path; outputs unchanged then. */
int profile_load(struct settings *s, struct fitted_ranges *fitted, const char *path,
                 struct error *err);

#endif
