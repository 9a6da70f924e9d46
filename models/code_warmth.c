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
