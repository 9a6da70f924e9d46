/* idle_options.h - options that change nothing because of another one: a queue's bound where
 * nothing is bounded, an autoscaler's target while it is off.
 *
 * One point of a sweep may well do without (auth.workers: [0, 5] beside auth.service), so a rule is
 * asked of all points of a plan (plan.c). What needs a fleet or a class of clients is asked of each
 * point (settings_check.c).
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_IDLE_OPTIONS_H
#define PUSHSIM_EXPERIMENTS_RUN_IDLE_OPTIONS_H

#include "experiments/run/settings.h"

#define IDLE_NEEDS 2

struct idle_rule {      /* texts static */
    const char *option; /* its name; with a dot at the end: all below it */
    /* options of which one has to be other than its default ... */
    const char *needs[IDLE_NEEDS];
    const char *value; /* ... or, if not NULL, has to have this value ... */
    bool other;        /* ... or any other than that */
    bool phases;       /* counts for phases alone: a trace brings its own stalls and messages */
    bool classes;      /* any class of clients will do, not the first alone */
};

const struct idle_rule *idle_rules(size_t *count);

/* Is what the rule needs not there in *s (resolved)? */
bool idle_rule_applies(const struct idle_rule *r, const struct settings *s);
/* An option of the rule that the experiment gives, other than its default; NULL: none. */
const struct option_row *idle_rule_given(const struct idle_rule *r, const struct settings *s);
/* "server.queue.policy is none", of *s; at most `room` bytes. Returns out. */
const char *idle_rule_reason(const struct idle_rule *r, const struct settings *s, char *out,
                             size_t room);

/* The options that are a time of the run, from number 0; NULL after the last. */
const char *idle_event(size_t number);
/* Has the run of *s, of phases, ended by then, its drain included? (No time: no.) */
bool idle_event_applies(const char *option, const struct settings *s);
/* "fault.crash-at is 5.00min: the run ends at 20.0s, with its drain". Returns out. */
const char *idle_event_reason(const char *option, const struct settings *s, char *out,
                              size_t room);

#endif
