#include "analysis/limit_search.h"

#include <math.h>

static int ask(struct limit_search *s, double value, bool *kept, struct error *err)
{
    s->probes++;
    int code = s->probe(s->context, value, kept, err);
    if (code == 0)
        *(*kept ? &s->kept : &s->broken) = value;
    return code;
}

static double within(const struct limit_search *s, double value)
{
    return fmin(fmax(s->whole ? round(value) : value, s->from), s->to);
}

static bool near_enough(const struct limit_search *s)
{
    double low = fmin(s->kept, s->broken), high = fmax(s->kept, s->broken);
    return high <= low * (1 + s->precision) || (s->whole && high - low <= 1);
}

static int bisect(struct limit_search *s, struct error *err)
{
    int code = 0;
    bool kept;
    while (code == 0 && !near_enough(s)) {
        double middle = within(s, sqrt(s->kept * s->broken));
        if (middle == s->kept || middle == s->broken) /* rounded onto an end */
            middle = (s->kept + s->broken) / 2;
        code = ask(s, within(s, middle), &kept, err);
    }
    s->kind = LIMIT_FOUND;
    return code;
}

/* Steps on until the answer turns, or the range ends. */
static int gallop(struct limit_search *s, struct error *err)
{
    bool first, kept;
    double value = within(s, s->guess);
    int code = ask(s, value, &first, err);
    bool up = first == s->more_breaks;
    for (kept = first; code == 0 && kept == first;) {
        double next = within(s, up ? value * LIMIT_STRIDE : value / LIMIT_STRIDE);
        if (next == value) {
            s->kind = first ? LIMIT_ALWAYS : LIMIT_NEVER;
            return 0;
        }
        value = next;
        code = ask(s, value, &kept, err);
    }
    return code ? code : bisect(s, err);
}

static int from_the_ends(struct limit_search *s, struct error *err)
{
    bool low, high;
    int code = ask(s, s->from, &low, err);
    if (code == 0)
        code = ask(s, s->to, &high, err);
    if (code || low != high)
        return code ? code : bisect(s, err);
    s->kind = low ? LIMIT_ALWAYS : LIMIT_NEVER;
    return 0;
}

int limit_search(struct limit_search *s, struct error *err)
{
    s->kept = s->broken = NAN;
    s->probes = 0;
    return s->guess > 0 ? gallop(s, err) : from_the_ends(s, err);
}
