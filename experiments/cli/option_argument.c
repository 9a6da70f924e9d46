#include "experiments/cli/option_argument.h"

#include <stdio.h>
#include <string.h>

#include "experiments/run/units.h"

int option_argument_word(const char *option, const char *arg, const char *const words[],
                         struct argp_state *state)
{
    char all[128] = "";
    for (int i = 0; words[i]; i++) {
        if (strcmp(arg, words[i]) == 0)
            return i;
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s",
                 i == 0         ? ""
                 : words[i + 1] ? ", "
                                : " or ",
                 words[i]);
    }
    argp_error(state, "--%s %s: must be %s", option, arg, all);
    return 0;
}

int64_t option_argument_count(const char *option, const char *arg, int64_t low, int64_t high,
                              struct argp_state *state)
{
    struct error err;
    double value = 0;
    if (unit_parse(arg, UNIT_COUNT, &value, &err) || value < (double)low ||
        value > (double)high)
        argp_error(state, "--%s %s: must be between %lld and %lld", option, arg, (long long)low,
                   (long long)high);
    return (int64_t)value;
}
