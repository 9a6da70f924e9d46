#include "models/code_warmth.h"

#include <math.h>

#define COLD_MAX 500 /* stages; nothing is left by then, and exp() is not 0 yet */

/* Q(stages, t) = exp(-t) (1 + t + ... + t^(stages - 1) / (stages - 1)!). */
static double cold_at(int stages, double t)
{
    double sum = 0, term = 1;
    for (int i = 0; i < stages; i++) {
        sum += term;
        term *= t / (i + 1);
    }
    return sum * exp(-t);
}

/* Integral of it from t on. */
static double cold_left(int stages, double t)
{
    double sum = 0, term = 1;
    for (int i = 0; i < stages; i++) {
        sum += (stages - i) * term;
        term *= t / (i + 1);
    }
    return sum * exp(-t);
}

/* Share of the code that is not hot after done_ns. */
static double not_hot(const struct code_warmth *warmth, double done_ns)
{
    double t = done_ns * warmth->stages / (2 * warmth->work_ns);
    return t < COLD_MAX ? cold_at(warmth->stages, t) : 0;
}

double code_warmth_compiled(const struct code_warmth *warmth, double ns)
{
    if (warmth->compile_ns <= 0 || warmth->work_ns <= 0)
        return 0;
    return warmth->compile_ns *
           (not_hot(warmth, warmth->done_ns) - not_hot(warmth, warmth->done_ns + ns));
}

double code_warmth_collected(struct code_warmth *warmth, double connections)
{
    double ns = warmth->connection_ns * connections / 2;
    if (connections > 0)
        warmth->connection_ns /= 2;
    return ns;
}

double code_warmth_first(struct code_warmth *warmth, double connections)
{
    double ns = warmth->first_ns * connections;
    if (connections > 0)
        warmth->first_ns /= 2;
    return ns;
}

/* Where each is due, between what 15 and 480 clients had; shares of all that a run compiled. */
static const struct code_late late_sse[] = { { 6500, 0.085, false }, { 0, 0, false } };
static const struct code_late late_websocket[] = { { 2500, 0.1, true },
                                                   { 3400, 0.05, true },
                                                   { 4900, 0.09, true },
                                                   { 6500, 0.09, false },
                                                   { 0, 0, false } };

void code_warmth_split(struct code_warmth *warmth, enum push_protocol protocol,
                       double compile_ns)
{
    warmth->late_ns = warmth->compile_ns = compile_ns;
    warmth->late = protocol == PROTOCOL_SSE ? late_sse : late_websocket;
    for (const struct code_late *late = warmth->late; late->share > 0; late++)
        warmth->compile_ns -= late->share * compile_ns;
}

/* CPU time, ns, of what is due, which is then through: all of it, or what follows a fan-out's
 * writes. */
static double take_due(struct code_warmth *warmth, bool after_only)
{
    double ns = 0;
    if (!warmth->late)
        return 0;
    for (; warmth->late->share > 0 && warmth->messages >= warmth->late->messages;
         warmth->late++) {
        if (after_only && !warmth->late->after)
            break;
        ns += warmth->late_ns * warmth->late->share;
    }
    return ns;
}

double code_warmth_late(struct code_warmth *warmth, double connections)
{
    double ns = take_due(warmth, false);
    warmth->messages += connections;
    return ns;
}

double code_warmth_later(struct code_warmth *warmth)
{
    return take_due(warmth, true);
}

/* Mean share of it that the next `ns` of work find not hot. */
static double mean_not_hot(const struct code_warmth *warmth, double ns)
{
    double stage_ns = 2 * warmth->work_ns / warmth->stages;
    double from = warmth->done_ns / stage_ns, share = ns / stage_ns;
    if (from > COLD_MAX || share <= 0)
        return not_hot(warmth, warmth->done_ns);
    double left = cold_left(warmth->stages, from);
    if (from + share < COLD_MAX)
        left -= cold_left(warmth->stages, from + share);
    return left / share;
}

double code_warmth_factor(struct code_warmth *warmth, double ns, double left_ns)
{
    double slow = 0;
    if (warmth->excess > 0 && warmth->work_ns > 0) {
        double waiting = warmth->compile_ns > 0 ? left_ns / warmth->compile_ns : 0;
        slow = fmin(mean_not_hot(warmth, ns) + waiting, 1);
    }
    warmth->done_ns += ns;
    return 1 + warmth->excess * slow;
}
