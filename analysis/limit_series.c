#include "analysis/limit_series.h"

#include <math.h>
#include <stdlib.h>

/* The first turn only: steps are smaller than this. */
#define COARSE 1.0

static void add(struct limit_series *s, double value, bool kept)
{
    s->trials = mem_realloc(s->trials, (s->count + 1) * sizeof *s->trials);
    s->trials[s->count++] = (struct limit_trial){ value, kept };
}

static int ask(void *context, double value, bool *kept, struct error *err)
{
    struct limit_series *s = context;
    int code = s->search.probe(s->search.context, value, kept, err);
    if (code == 0)
        add(s, value, *kept);
    return code;
}

static void fit(struct limit_series *s)
{
    limit_fit(s->trials, s->count, s->search.more_breaks, &s->fit);
}

struct outcomes { /* of the trials so far */
    size_t kept, broken;
    double ln_kept, ln_broken; /* sums of ln value */
    double least, greatest;    /* values */
};

static struct outcomes outcomes_of(const struct limit_series *s)
{
    struct outcomes o = { .least = INFINITY, .greatest = 0 };
    for (size_t i = 0; i < s->count; i++) {
        const struct limit_trial *t = &s->trials[i];
        *(t->kept ? &o.kept : &o.broken) += 1;
        *(t->kept ? &o.ln_kept : &o.ln_broken) += log(t->value);
        o.least = fmin(o.least, t->value);
        o.greatest = fmax(o.greatest, t->value);
    }
    return o;
}

/* Do the trials have a result? All alike they do where they reach the end of the range; without a
 * guess, both ends. */
static bool decide(struct limit_series *s)
{
    struct outcomes o = outcomes_of(s);
    bool guessed = s->search.guess > 0, up = (o.kept > 0) == s->search.more_breaks;
    if (o.kept > 0 && o.broken > 0) {
        if (!guessed)
            s->search.more_breaks = o.ln_kept / (double)o.kept < o.ln_broken / (double)o.broken;
        s->kind = LIMIT_FOUND;
        fit(s);
        return true;
    }
    if ((o.greatest < s->search.to && !(guessed && !up)) ||
        (o.least > s->search.from && !(guessed && up)))
        return false;
    s->kind = o.kept > 0 ? LIMIT_ALWAYS : LIMIT_NEVER;
    return s->count > 0;
}

/* From the guess to the first turn; from where an earlier series had come to on that way. */
static int find_sides(struct limit_series *s, struct error *err)
{
    struct limit_search first = s->search;
    first.precision = COARSE;
    first.first = false;
    first.probe = ask;
    first.context = s;
    if (first.guess > 0 && s->count > 0)
        first.guess = s->trials[s->count - 1].value;
    int code = limit_search(&first, err);
    if (code == ERR_STATE && decide(s))
        return 0;
    s->kind = first.kind;
    if (code == 0 && s->kind == LIMIT_FOUND) {
        s->search.more_breaks = first.broken > first.kept;
        fit(s);
    }
    return code;
}

bool limit_series_judge(struct limit_series *s)
{
    s->trials = NULL;
    s->count = 0;
    for (size_t i = 0; i < s->known_count; i++)
        add(s, s->known[i].value, s->known[i].kept);
    return decide(s);
}

int limit_series_run(struct limit_series *s, struct error *err)
{
    bool kept;
    int code = limit_series_judge(s) ? 0 : find_sides(s, err);
    if (code || s->kind != LIMIT_FOUND)
        return code;
    for (size_t passed = 0; s->count < (size_t)s->runs && passed < LIMIT_SERIES_PASSED;) {
        double off = exp((s->count + passed) % 2 ? s->fit.scale : -s->fit.scale);
        code = ask(s, limit_search_within(&s->search, s->fit.value * off), &kept, err);
        if (code && code != ERR_STATE)
            return code;
        passed += code == ERR_STATE;
        fit(s);
    }
    return 0;
}

void limit_series_close(struct limit_series *s)
{
    free(s->trials);
    s->trials = NULL;
}
