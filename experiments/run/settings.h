/* settings.h - one complete set of option values: defaults, changes by name, consistency. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_SETTINGS_H
#define PUSHSIM_EXPERIMENTS_RUN_SETTINGS_H

#include "experiments/run/options.h"

/* Every option at its default; one phase "steady" of 10 s at 10/s. */
void settings_init(struct settings *s);

/* Appends a phase with default values. ERR_INVALID: name unfit or used, or PHASES_MAX reached. */
int settings_add_phase(struct settings *s, const char *name, struct error *err);

/* A place in a struct settings: an option, or an option of a phase. */
struct setting {
    const struct option_row *option; /* a row of options.h, static; NULL: the profile */
    size_t base;                     /* offset of the struct that option->offset counts from */
};

/* Finds "cpu.limit" or "workload.phases.NAME.rate" (phases as they are in *s). ERR_INVALID
 * "unknown option 'cpu.limt' (did you mean 'cpu.limit'?)". */
int settings_find(const struct settings *s, const char *name, struct setting *out,
                  struct error *err);
/* Assigns; cpu.limit and cpu.quota replace each other. ERR_INVALID. */
int settings_parse(struct settings *s, const struct setting *which, const char *text,
                   struct error *err);
int settings_assign(struct settings *s, const struct setting *which, double number,
                    struct error *err);
/* Does the experiment give this option of options_all itself? Then no preset changes it. */
bool settings_given(const struct settings *s, const struct option_row *option);
/* The other option that says the same (cpu.limit, cpu.quota); NULL: none. Of both the one given
 * last counts. */
const struct option_row *settings_rival(const struct option_row *option);
double settings_number(const struct settings *s, const struct setting *which);

/* Applies the presets (option_preset.h), derives what follows from several options (the quota from
 * limit and period) and checks that they agree, and that none is given that could change nothing.
 * ERR_INVALID; *about: the option to be changed. */
int settings_resolve(struct settings *s, const char **about, struct error *err);

/* Whether the messages of all feeds (models/topics.h) can be numbered, with so many publishes and
 * clients: those of the phases (settings_resolve asks) or of a trace. ERR_INVALID. */
int settings_check_feeds(const struct parameters *p, double publishes, double clients,
                         struct error *err);

/* The option of an action of the slo's control that is given although its trigger is `never`; NULL:
 * none is. */
const char *settings_idle_action(const struct settings *s);

/* Clients of phases connect before the run: is anybody left whose connects the slo's control could
 * refuse? (In a trace its own may be.) ERR_INVALID; *about as above. */
int settings_check_connects(const struct settings *s, const char **about, struct error *err);

/* Calls `each` with name, text and number of every option and every phase's, in table order. */
typedef void settings_fn(void *context, const char *name, const char *text, double number,
                         const struct option_row *option);
void settings_each(const struct settings *s, settings_fn *each, void *context);

/* 64-bit FNV-1a over names and texts of the options that are not at their defaults and that the
 * model (all) or the real arm (those not OPTION_MODEL) depends on; not seed and counts of runs.
 * `defaults`: of settings_init. */
void settings_hash(const struct settings *s, const struct settings *defaults, uint64_t *model,
                   uint64_t *scenario);

#endif
