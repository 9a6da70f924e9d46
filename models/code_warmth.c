#include "models/code_warmth.h"

#include <math.h>

/* Integral of (1 + t) exp(-t) from `from` on. */
static double excess_left(double from)
{
    return (2 + from) * exp(-from);
}

double code_warmth_factor(struct code_warmth *warmth, double ns)
{
    if (warmth->excess <= 0 || warmth->work_ns <= 0)
        return 1;
    double from = warmth->done_ns / warmth->work_ns, share = ns / warmth->work_ns;
    warmth->done_ns += ns;
    if (share <= 0)
        return 1 + warmth->excess * (1 + from) * exp(-from);
    return 1 + warmth->excess * (excess_left(from) - excess_left(from + share)) / share;
}
