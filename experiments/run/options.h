/* options.h - the one table of options: name, unit, default, range, meaning and source of every
 * parameter.
 *
 * It drives the experiment file, profiles, --set, sweeps, range checks, `pushsim options`, the
 * stored parameters and the documentation. To add an option: a field in models/parameters.h and a
 * row in options.c or its part for that section, options_*.inc; nothing else.
 *
 * Names are dotted paths (cpu.limit, cost.sse.write): each dot is a level of the YAML file.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_OPTIONS_H
#define PUSHSIM_EXPERIMENTS_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "experiments/run/units.h"
#include "models/parameters.h"
#include "sim/error.h"

#define OPTIONS_MAX 512 /* rows of options_all, at most */

/* Costs as the profile has them, or drawn within their errors (parameter_draws.h). */
enum parameters_are { PARAMETERS_FIXED, PARAMETERS_DRAWN };

/* What an experiment sets: the model's parameters and how often a cell is run. */
struct settings {
    struct parameters parameters; /* of the model, and what the real arm is asked to do */
    double cpu_limit_millicores;  /* 0 = not given; then parameters.cpu.quota_ns counts */
    int64_t replications;         /* of each point in the sim arm, 1..1e6 */
    int64_t repeats;              /* of each point in the real arm, 1..1000 */
    int64_t seed;                 /* of the experiment, 0..2^53 */
    enum parameters_are drawn;    /* what a profile's costs are in the sim arm */
    int server_preset; /* option_preset.h: 0 = none, else the choice of server.preset */
    int host_preset;   /* in the same way, of host.preset */
    /* A bit a row of options_all: the experiment gives it itself, by its file, its sweep or --set,
     * not by a profile. */
    uint64_t given[OPTIONS_MAX / 64];
};

/* The type of the C field; OPTION_CHOICE: an enum, stored as int. */
enum option_type { OPTION_INT64, OPTION_INT, OPTION_DOUBLE, OPTION_BOOL, OPTION_CHOICE };

enum option_flag {
    OPTION_MODEL = 1,  /* describes the server or host to the model: may stand in a profile, and
                         is no part of what the real arm is asked to do */
    OPTION_FIXED = 2,  /* of the experiment as a whole: cannot be swept */
    OPTION_NONE = 4,   /* 0 is written "none", and only so */
    OPTION_PRESET = 8, /* stands for values of other options: these count, not the name */
};

struct option_row {             /* texts static */
    const char *name;           /* dotted path */
    enum option_type type;      /* of the C field */
    enum unit unit;             /* numbers: of the value */
    size_t offset;              /* of the field in struct settings (struct phase_params for a
                                   phase's options) */
    const char *fallback;       /* default, as written in a file */
    double min, max;            /* numbers: range in the base unit, both ends included */
    const char *const *choices; /* OPTION_CHOICE: names of 0, 1, ..., NULL-terminated */
    unsigned flags;             /* enum option_flag, or-ed */
    const char *help;           /* one line, lower case */
    const char *source;         /* where default or meaning come from; "" when it is a choice of
                                   the experiment */
};

/* "sse", "websocket", NULL: by enum push_protocol. */
extern const char *const protocol_words[];
extern const char *const loop_words[];

/* All options in the order of the documentation; *count is how many. */
const struct option_row *options_all(size_t *count);
/* The options of one phase, and their names for messages: "duration, rate and measure". */
const struct option_row *options_of_phase(size_t *count);
#define PHASE_NAMES_BYTES 128
const char *options_phase_names(char text[PHASE_NAMES_BYTES]);

const struct option_row *option_find(const struct option_row *table, size_t count,
                                     const char *name);
/* The first option that starts with "SECTION."; NULL: it is no section. */
const struct option_row *option_first_of(const char *section);

/* Reads `text` into the field at base + offset. ERR_INVALID "…: must be between 1ms and 1s". */
int option_parse(const struct option_row *option, const char *text, void *base,
                 struct error *err);
/* The field's number in the base unit (choices and booleans: 0, 1, …). */
double option_number(const struct option_row *option, const void *base);
/* Writes a number already in range; used by ranges of a sweep. ERR_INVALID as option_parse. */
int option_assign(const struct option_row *option, double number, void *base,
                  struct error *err);
/* The field as option_parse reads it; at most UNIT_TEXT_BYTES. Returns out. */
char *option_format(const struct option_row *option, const void *base, char *out);
/* "1ms..1s", "sse | websocket", "yes | no"; at most `room` bytes. Returns out. */
char *option_range(const struct option_row *option, char *out, size_t room);

/* The candidate nearest to `word` by edit distance: for "did you mean". */
struct nearest {
    const char *word; /* borrowed */
    char best[64];    /* so far; "" while none is near enough */
    size_t distance;  /* of best; before: one more than is near enough */
};
void nearest_init(struct nearest *n, const char *word);
void nearest_offer(struct nearest *n, const char *candidate);

#endif
