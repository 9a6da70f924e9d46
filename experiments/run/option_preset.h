/* option_preset.h - the settings that well-known servers and kernels come with: tables with
 * sources.
 *
 * server.preset and host.preset choose a table of option values. What an experiment file, a sweep
 * or --set gives itself wins over it; it wins over profiles, which measure what a server costs and
 * beside that repeat defaults. A preset has no calibrated cost. It is applied when a point of the
 * plan is made (settings_resolve), so that it may be swept, and a value that holds for one
 * protocol follows the protocol of the point.
 *
 * A value that the model has no option for is named in `left_out`, with the reason. Both arms take
 * the values alike; what a real server cannot be told, `pushsim replay` refuses by its name
 * (replay_support.h).
 *
 * Clients have presets of their own: models/client_preset.h.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_OPTION_PRESET_H
#define PUSHSIM_EXPERIMENTS_RUN_OPTION_PRESET_H

#include "experiments/run/settings.h"

struct preset_value {   /* texts static */
    const char *option; /* a row of options.c */
    const char *text;   /* as in an experiment file */
    const char *only;   /* the protocol it holds for, as the option writes it; NULL: both */
    const char *source; /* library and version or kernel document, and the place in it */
};

struct option_preset {
    const char *selector;              /* the option that chooses it: "server.preset" */
    const char *name;                  /* that option's value */
    const struct preset_value *values; /* what it sets; static, as all text here */
    size_t count;                      /* of them */
    const char *left_out;              /* what it has and the model has no option for; "" */
};

/* All, those of a selector in the order of its choices without "none"; *count is how many. */
const struct option_preset *option_presets(size_t *count);
/* Those that *s chooses, one a selector, in table order: out[0 .. returned - 1]. */
#define OPTION_PRESETS_CHOSEN 2
size_t option_presets_chosen(const struct settings *s,
                             const struct option_preset *out[OPTION_PRESETS_CHOSEN]);

/* Does the value hold for the protocol that *s has? */
bool preset_value_holds(const struct preset_value *v, const struct settings *s);
/* Sets what the chosen presets say and nobody has given. ERR_INVALID never, for a tested table. */
int option_presets_apply(struct settings *s, struct error *err);

#endif
