/* override.h - what is given in passing, after the file has been read: --set NAME=VALUE.
 *
 *   cpu.limit=500m                               one value; a swept option is then no longer swept
 *   cpu.limit=[200m, 300m, 500m]                 a list or a range as under `sweep`: it is swept
 *   clients.count={from: 10, to: 1e4, points: 7}
 *   profile=data/profiles/node-ws.yaml           a path from the working directory
 *
 * The last of a name counts.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_OVERRIDE_H
#define PUSHSIM_EXPERIMENTS_RUN_OVERRIDE_H

#include "experiments/run/config_sweep.h"
#include "experiments/run/settings.h"

struct override {
    const char *name;  /* option, or "profile"; borrowed, as the others */
    const char *text;  /* its value, or values to sweep over */
    const char *given; /* the value's option, "--from"; NULL: of --set NAME=TEXT */
};

/* Splits "name=text" in place. ERR_INVALID. */
int override_parse(struct override *o, char *text, struct error *err);

/* Has it values to sweep over? */
bool override_is_sweep(const struct override *o);

/* Sets what it names, unless that is the profile or is swept. ERR_INVALID with what was given. */
int override_apply(const struct override *o, struct settings *s, struct error *err);

/* Takes what it names out of the sweep, and the option that says the same; then, where it has
 * values to sweep over, appends them as the axis that varies fastest. ERR_INVALID with the place in
 * its text; *sweep is empty then. */
int override_sweep(const struct override *o, struct sweep *sweep, const struct settings *base,
                   struct error *err);

#endif
