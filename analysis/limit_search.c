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

double limit_search_within(const struct limit_search *s, double value)
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
        double middle = limit_search_within(s, sqrt(s->kept * s->broken));
        if (middle == s->kept || middle == s->broken) /* rounded onto an end */
            middle = (s->kept + s->broken) / 2;
        code = ask(s, limit_search_within(s, middle), &kept, err);
    }
    s->kind = LIMIT_FOUND;
    return code;
}

/* By at least one, where values are whole. */
static double stepped(const struct limit_search *s, double value, double stride, bool up)
{
    double next = up ? value * stride : value / stride;
    if (s->whole && fabs(next - value) < 1)
        next = value + (up ? 1 : -1);
    return limit_search_within(s, next);
}

/* Asks at *value, or at the first one from there on that has an answer. */
static int ask_on(struct limit_search *s, double *value, bool up, bool *kept, struct error *err)
{
    double stride = LIMIT_STEP;
    int code = ask(s, *value, kept, err);
    for (int passed = 1; code == ERR_STATE && passed < LIMIT_PASSED; passed++) {
        double next = stepped(s, *value, stride, up);
        if (next == *value)
            break;
        *value = next;
        stride = fmin(stride * stride, LIMIT_STRIDE);
        code = ask(s, *value, kept, err);
    }
    return code;
}

/* Steps on until the answer turns, or the range ends. A guess without an answer is left for the
 * good side, where a server is more likely to give one. */
static int gallop(struct limit_search *s, struct error *err)
{
    bool first, kept;
    double value = limit_search_within(s, s->guess), stride = LIMIT_STEP;
    int code = ask_on(s, &value, !s->more_breaks, &first, err);
    if (code)
        return code;
    bool up = first == s->more_breaks;
    for (kept = first; code == 0 && kept == first;) {
        double next = stepped(s, value, stride, up);
        if (next == value) {
            s->kind = first ? LIMIT_ALWAYS : LIMIT_NEVER;
            return 0;
        }
        value = next;
        stride = fmin(stride * stride, LIMIT_STRIDE);
        code = ask_on(s, &value, up, &kept, err);
    }
    return code ? code : bisect(s, err);
}

/* Values between ends that are alike, until one is not. */
static int look_between(struct limit_search *s, bool alike, struct error *err)
{
    double ratio = pow(s->to / s->from, 1.0 / (s->inside + 1)), last = s->from;
    s->kind = alike ? LIMIT_ALWAYS : LIMIT_NEVER;
    for (int i = 1; i <= s->inside; i++) {
        bool kept = alike;
        double value = limit_search_within(s, s->from * pow(ratio, i));
        int code = value > last && value < s->to ? ask(s, value, &kept, err) : 0;
        if (code && code != ERR_STATE)
            return code;
        last = value;
        if (code || kept == alike)
            continue;
        s->kind = LIMIT_TWICE;
        *(alike ? &s->kept : &s->broken) = s->to;
        return 0;
    }
    return 0;
}

/* Alike at both ends is alike in the whole range only where the ends themselves have answers. */
static int from_the_ends(struct limit_search *s, struct error *err)
{
    bool low, high;
    double from = s->from, to = s->to;
    int code = ask_on(s, &from, true, &low, err);
    if (code == 0)
        code = ask_on(s, &to, false, &high, err);
    if (code || low != high)
        return code ? code : bisect(s, err);
    if (from != s->from || to != s->to)
        return ERR_STATE; /* with the text of the end that had none */
    return look_between(s, low, err);
}

/* Back into the good side from the turn that was found, and to the farthest other one on the way;
 * in a broken stretch on until it ends. */
static int look_back(struct limit_search *s, struct error *err)
{
    double kept_at = s->kept, broken_at = s->broken, value = s->kept;
    bool up = s->broken < s->kept, kept = true;
    double end = up ? s->kept * LIMIT_LOOK : s->kept / LIMIT_LOOK;
    while (!kept || (up ? value < end : value > end)) {
        bool before = kept;
        double next = stepped(s, value, LIMIT_STEP, up);
        int code = next == value ? 0 : ask(s, next, &kept, err);
        if (code)
            return code;
        if (next == value) /* the range ends */
            break;
        value = next;
        broken_at = kept ? broken_at : value;
        kept_at = kept && !before ? value : kept_at;
    }
    if (!kept) {
        s->kind = LIMIT_NEVER;
        s->kept = NAN;
        return 0;
    }
    s->kept = kept_at;
    s->broken = broken_at;
    return bisect(s, err);
}

int limit_search(struct limit_search *s, struct error *err)
{
    s->kept = s->broken = NAN;
    s->probes = 0;
    int code = s->guess > 0 ? gallop(s, err) : from_the_ends(s, err);
    if (code == 0 && s->first && s->kind == LIMIT_FOUND)
        code = look_back(s, err);
    return code;
}
