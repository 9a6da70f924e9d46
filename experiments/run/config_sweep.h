/* config_sweep.h - the `sweep` section: axes of values, in the order of the file.
 *
 *   protocol: [sse, websocket]                         list
 *   cpu.limit: { from: 100m, to: 1000m, step: 100m }   linear range, both ends included
 *   clients.count: { from: 10, to: 1e4, points: 7 }    log range, values to 3 digits
 *   profile: [a.yaml, b.yaml]                          list; each point starts from its profile
 *   zip: { cpu.quota: [10ms, 5ms], cpu.period: [100ms, 50ms] }   varied together
 *   sample: 64             Sobol sample over all keys given as { from, to } or
 *                          { from, to, scale: log }
 *   constraint: cpu.burst <= cpu.quota and clients.count < 1e4   points that do not hold are left
 *                          out; a list of conditions is also taken
 *
 * Any option but those of the experiment as a whole may be swept, and those of a phase by its name,
 * workload.phases.NAME.rate. The first axis varies slowest.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_CONFIG_SWEEP_H
#define PUSHSIM_EXPERIMENTS_RUN_CONFIG_SWEEP_H

#include "experiments/run/fitted_ranges.h"
#include "experiments/run/settings.h"
#include "experiments/run/yaml_document.h"

#define AXIS_VALUES_MAX 100000

struct axis {              /* all owned */
    size_t keys;           /* 1, or more when varied together */
    char **names;          /* of the options */
    struct setting *which; /* the same, found; option NULL: the profile */
    size_t count;          /* values */
    char **texts;          /* count x keys, by value; as option_format writes them */
};

struct swept_profile { /* a value of the axis `profile` */
    char *name; /* as cells show it: the file's, without directory and extension; owned */
    char *path; /* from the working directory; owned */
    /* Defaults; with the profile, the experiment and --set by config_load. */
    struct settings base;
    struct fitted_ranges fitted; /* what it was fitted to; zeros: it does not say */
};

struct condition {
    struct setting left;   /* its current value */
    char operator[3];      /* < <= > >= == != */
    bool right_is_setting; /* else a number */
    struct setting right;  /* when right_is_setting */
    double number;         /* base unit of left */
};

struct sweep {
    struct axis *axes; /* in the order of the file, the slowest first; owned, as all here */
    size_t axis_count; /* 0: nothing is swept */
    struct condition *conditions; /* all must hold */
    size_t condition_count;       /* 0: no point is left out */
    /* In the order of their axis; NULL: `profile` is not swept. */
    struct swept_profile *profiles;
    size_t profile_count; /* of them; 0: none */
};

/* Reads the section (NULL: nothing is swept). Every value is checked against its option; `base`
 * names the phases. ERR_INVALID with place; *sweep is empty then. */
int sweep_read(struct sweep *sweep, const struct yaml_document *doc,
               const struct yaml_node *section, const struct settings *base, struct error *err);
/* The same of a further section, appended to what *sweep has. */
int sweep_add(struct sweep *sweep, const struct yaml_document *doc,
              const struct yaml_node *section, const struct settings *base, struct error *err);
void sweep_close(struct sweep *sweep);

/* The `constraint` entry of the section (constraint.c): appends to sweep->conditions. */
int constraint_read(struct sweep *sweep, const struct yaml_document *doc,
                    const struct yaml_node *node, const struct settings *base,
                    struct error *err);

/* A value of the axis `profile` (sweep_profile.c): appended to sweep->profiles. ERR_INVALID with
 * its place: it cannot be read, or its name not serve in a cell. */
int sweep_profile_add(struct sweep *sweep, const struct yaml_document *doc,
                      const struct yaml_node *node, struct error *err);
void sweep_profiles_close(struct sweep *sweep);

/* --set of a swept option: takes it out of the sweep. True when it was swept. */
bool sweep_remove(struct sweep *sweep, const char *name);
/* Do all conditions hold? `s` must be resolved. */
bool sweep_allows(const struct sweep *sweep, const struct settings *s);

#endif
