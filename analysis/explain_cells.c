#include "analysis/explain_cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_sort.h>

static void add(struct sample *s, double value)
{
    if (isnan(value))
        return;
    s->values = mem_realloc(s->values, (s->count + 1) * sizeof *s->values);
    s->values[s->count++] = value;
}

static struct explain_cell *cell_of(struct explain_cells *cells, const struct explanation *e)
{
    const struct store_found *run = e->run;
    struct explain_cell *last = cells->count ? &cells->cell[cells->count - 1] : NULL;
    if (last && strcmp(last->experiment, run->experiment) == 0 && last->arm == run->arm &&
        strcmp(last->cell, run->cell) == 0)
        return last;
    cells->cell = mem_realloc(cells->cell, (cells->count + 1) * sizeof *cells->cell);
    last = &cells->cell[cells->count++];
    *last = (struct explain_cell){ .experiment = mem_strdup(run->experiment),
                                   .cell = mem_strdup(run->cell),
                                   .arm = run->arm,
                                   .slo = e->slo };
    return last;
}

void explain_cells_add(struct explain_cells *cells, const struct explanation *e)
{
    struct explain_cell *c = cell_of(cells, e);
    const struct phases *f = &e->phases;
    c->runs++;
    c->worst = f->worst > c->worst ? f->worst : c->worst;
    c->broke[f->first]++;
    c->judged += !isnan(f->metastable);
    c->metastable += f->metastable == 1;
    for (int i = 0; i < BLAME_PARTS; i++)
        c->blame[i] += e->blame[i];
    add(&c->first, f->first < SIGNALS ? f->signal[f->first].first_s : NAN);
    add(&c->recovery, f->recovery_s);
    add(&c->green, f->broken_s > 0 ? f->green_s / f->broken_s : NAN);
}

void explain_cells_close(struct explain_cells *cells)
{
    for (size_t i = 0; i < cells->count; i++) {
        struct explain_cell *c = &cells->cell[i];
        free(c->experiment);
        free(c->cell);
        free(c->first.values);
        free(c->recovery.values);
        free(c->green.values);
    }
    free(cells->cell);
    *cells = (struct explain_cells){ 0 };
}

int explain_cell_first(const struct explain_cell *c)
{
    int most = SIGNALS;
    for (int s = 0; s < SIGNALS; s++)
        if (c->broke[s] > c->broke[most])
            most = s;
    return most;
}

int explain_cell_blame(const struct explain_cell *c)
{
    int most = 0;
    for (int i = 1; i < BLAME_PARTS; i++)
        if (c->blame[i] > c->blame[most])
            most = i;
    return isnan(c->blame[most]) ? BLAME_PARTS : most;
}

double explain_cell_median(const struct sample *s)
{
    if (s->count > 0)
        gsl_sort(s->values, 1, s->count);
    return sample_median(s);
}
