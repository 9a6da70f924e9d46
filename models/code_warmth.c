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

double code_warmth_compiled(const struct code_warmth *warmth, double ns)
{
    if (warmth->compile_ns <= 0 || warmth->work_ns <= 0)
        return 0;
    double stage_ns = 2 * warmth->work_ns / warmth->stages;
    double from = warmth->done_ns / stage_ns, to = from + ns / stage_ns;
    if (from > COLD_MAX)
        return 0;
    double left = to < COLD_MAX ? cold_at(warmth->stages, to) : 0;
    return warmth->compile_ns * (cold_at(warmth->stages, from) - left);
}

void code_warmth_written(struct code_warmth *warmth, double connections)
{
    warmth->compile_ns += warmth->connection_ns * connections;
    if (connections > 0)
        warmth->connection_ns = 0;
}

double code_warmth_first(struct code_warmth *warmth, double connections)
{
    double ns = warmth->first_ns * connections;
    if (connections > 0)
        warmth->first_ns /= 2;
    return ns;
}

double code_warmth_factor(struct code_warmth *warmth, double ns)
{
    double done_ns = warmth->done_ns;
    warmth->done_ns += ns;
    if (warmth->excess <= 0 || warmth->work_ns <= 0)
        return 1;
    double stage_ns = 2 * warmth->work_ns / warmth->stages;
    double from = done_ns / stage_ns, share = ns / stage_ns;
    if (from > COLD_MAX)
        return 1;
    if (share <= 0)
        return 1 + warmth->excess * cold_at(warmth->stages, from);
    double left = cold_left(warmth->stages, from);
    if (from + share < COLD_MAX)
        left -= cold_left(warmth->stages, from + share);
    return 1 + warmth->excess * left / share;
}
