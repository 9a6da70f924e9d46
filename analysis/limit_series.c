#include "analysis/limit_series.h"

#include <math.h>
#include <stdlib.h>

/* The first turn only: steps are smaller than this. */
#define COARSE 1.0

static int ask(void *context, double value, bool *kept, struct error *err)
{
    struct limit_series *s = context;
    int code = s->search.probe(s->search.context, value, kept, err);
    if (code == 0) {
        s->trials = mem_realloc(s->trials, (s->count + 1) * sizeof *s->trials);
        s->trials[s->count++] = (struct limit_trial){ value, *kept };
    }
    return code;
}

static double within(const struct limit_search *s, double value)
{
    return fmin(fmax(s->whole ? round(value) : value, s->from), s->to);
}

int limit_series_run(struct limit_series *s, struct error *err)
{
    struct limit_search first = s->search;
    bool kept;
    s->trials = NULL;
    s->count = 0;
    first.precision = COARSE;
    first.first = false;
    first.probe = ask;
    first.context = s;
    int code = limit_search(&first, err);
    s->kind = first.kind;
    if (code || s->kind != LIMIT_FOUND)
        return code;
    s->search.more_breaks = first.broken > first.kept;
    limit_fit(s->trials, s->count, s->search.more_breaks, &s->fit);
    while (code == 0 && s->count < (size_t)s->runs) {
        double off = exp(s->count % 2 ? s->fit.scale : -s->fit.scale);
        code = ask(s, within(&s->search, s->fit.value * off), &kept, err);
        limit_fit(s->trials, s->count, s->search.more_breaks, &s->fit);
    }
    return code;
}

void limit_series_close(struct limit_series *s)
{
    free(s->trials);
    s->trials = NULL;
}
