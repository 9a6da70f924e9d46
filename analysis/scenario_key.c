#include "analysis/scenario_key.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool only_watches(const char *name)
{
    return starts_with(name, "slo.") || strcmp(name, "workload.drain") == 0 ||
           strcmp(name, "cpu.limit-after-connect") == 0;
}

/* The quota says the same as cpu.limit, and more exactly. */
static bool tells(const char *name, const struct option_row *option)
{
    return !(option->flags & (OPTION_MODEL | OPTION_FIXED | OPTION_PRESET)) &&
           !only_watches(name) && strcmp(name, "cpu.limit") != 0 &&
           strcmp(name, "parameters") != 0;
}

struct key {
    char *text;               /* so far; owned */
    double rate_hz;           /* of the phase before; NAN: there is none */
    struct settings defaults; /* what goes without saying */
};

static void append(struct key *key, const char *name, const char *value)
{
    char *longer = mem_printf("%s%s%s=%s", key->text, *key->text ? " " : "", name, value);
    free(key->text);
    key->text = longer;
}

/* Phases go by their rates, equal neighbours as one: their names and borders are the author's. The
 * protocol is always named. */
static void take(void *context, const char *name, const char *text, double number,
                 const struct option_row *option)
{
    struct key *key = context;
    if (starts_with(name, "workload.phases.")) {
        const char *leaf = strrchr(name, '.') + 1;
        if (number != 0 && (strcmp(leaf, "ramp-to") == 0 || strcmp(leaf, "on") == 0 ||
                            strcmp(leaf, "off") == 0))
            append(key, leaf, text);
        if (strcmp(leaf, "rate") != 0 || number == key->rate_hz)
            return;
        append(key, leaf, text);
        key->rate_hz = number;
    } else if (tells(name, option) && (strcmp(name, "protocol") == 0 ||
                                       number != option_number(option, &key->defaults))) {
        append(key, name, text);
    }
}

char *scenario_key(const struct settings *s)
{
    struct key key = { .text = mem_strdup(""), .rate_hz = NAN };
    settings_init(&key.defaults);
    settings_each(s, take, &key);
    return key.text;
}
