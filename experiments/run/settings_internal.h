/* settings_internal.h - what the files of settings share: settings_resolve (settings_check.c) and
 * the checks that have a file of their own. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_SETTINGS_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_RUN_SETTINGS_INTERNAL_H

#include "experiments/run/settings.h"

/* *about = name; returns `code`: the options agree but for that one. */
static inline int settings_conflict(const char **about, const char *name, int code)
{
    *about = name;
    return code;
}

/* That the slo's control can begin, and that its actions have something to act on
 * (settings_control.c). ERR_INVALID. */
int settings_check_control(const struct parameters *p, const char **about, struct error *err);

#endif
