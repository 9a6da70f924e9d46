#include "experiments/cli/idle_axes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/fnv_hash.h"

struct print {      /* of a cell: equal ones had the same runs */
    uint64_t group; /* of its swept values but those of the axis at hand */
    uint64_t runs;
    char *cell; /* owned */
};

struct prints {
    struct print *items; /* owned */
    size_t count;
};

static bool has_name(const struct axis *axis, const char *name)
{
    for (size_t k = 0; k < axis->keys; k++)
        if (strcmp(axis->names[k], name) == 0)
            return true;
    return false;
}

static bool only_judges(const struct axis *axis)
{
    for (size_t k = 0; k < axis->keys; k++)
        if (strncmp(axis->names[k], "slo.", 4) != 0 ||
            strncmp(axis->names[k], "slo.control.", 12) == 0)
            return false;
    return true;
}

static uint64_t group_of(const char *cell, const struct axis *axis)
{
    char key[64], value[UNIT_TEXT_BYTES];
    uint64_t hash = FNV_START;
    while (cell_next(&cell, key, value))
        if (!has_name(axis, key)) {
            hash = fnv_bytes(hash, key, strlen(key) + 1);
            hash = fnv_bytes(hash, value, strlen(value) + 1);
        }
    return hash;
}

static int by_group(const void *a, const void *b)
{
    uint64_t x = ((const struct print *)a)->group, y = ((const struct print *)b)->group;
    return (x > y) - (x < y);
}

/* Are there cells that differ by this axis alone, and are all of them alike? */
static bool is_idle(struct prints *p, const struct axis *axis)
{
    bool pair = false;
    for (size_t i = 0; i < p->count; i++)
        p->items[i].group = group_of(p->items[i].cell, axis);
    qsort(p->items, p->count, sizeof *p->items, by_group);
    for (size_t i = 1; i < p->count; i++) {
        if (p->items[i].group != p->items[i - 1].group)
            continue;
        pair = true;
        if (p->items[i].runs != p->items[i - 1].runs)
            return false;
    }
    return pair;
}

/* Adds to the last cell, or begins this one. */
static struct print *print_of(struct prints *p, const char *cell)
{
    if (p->count == 0 || strcmp(p->items[p->count - 1].cell, cell) != 0) {
        p->items = mem_realloc(p->items, (p->count + 1) * sizeof *p->items);
        p->items[p->count++] = (struct print){ 0, FNV_START, mem_strdup(cell) };
    }
    return &p->items[p->count - 1];
}

static void add_figures(struct prints *p, const struct cell *cell)
{
    const struct sample *s = cell->samples[ARM_SIM];
    if (s[FIGURE_CPU].count == 0)
        return;
    struct print *print = print_of(p, cell->text);
    for (int f = 0; f < FIGURES; f++)
        print->runs = fnv_bytes(print->runs, s[f].values, s[f].count * sizeof *s[f].values);
}

static void add_metric(void *context, const struct store_value *v)
{
    struct print *print = print_of(context, v->cell);
    print->runs = fnv_bytes(print->runs, v->metric, strlen(v->metric));
    print->runs = fnv_bytes(print->runs, &v->value, sizeof v->value);
}

static void close_prints(struct prints *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->items[i].cell);
    free(p->items);
    *p = (struct prints){ NULL, 0 };
}

/* Every value of every axis with every other: no part, nothing constrained away, no cell failed. */
static bool is_whole(const struct session *session, size_t cells)
{
    const struct sweep *sweep = &session->experiment.sweep;
    size_t all = 1;
    for (size_t a = 0; a < sweep->axis_count; a++)
        all *= sweep->axes[a].count;
    return !shard_is_part(&session->shard) && cells == all;
}

static void print_axis(const struct axis *axis)
{
    putchar('\n');
    for (size_t k = 0; k < axis->keys; k++)
        printf("%s%s", k > 0 ? ", " : "", axis->names[k]);
    puts(" changed nothing: with all its values the runs are the same");
}

int idle_axes_print(const struct session *session, struct store *store,
                    const struct cells *cells, struct error *err)
{
    const struct sweep *sweep = &session->experiment.sweep;
    struct prints figures = { NULL, 0 }, metrics = { NULL, 0 };
    int code = 0;
    for (size_t i = 0; i < cells->count; i++)
        add_figures(&figures, &cells->cell[i]);
    bool whole = is_whole(session, figures.count);
    for (size_t a = 0; whole && a < sweep->axis_count && code == 0; a++) {
        const struct axis *axis = &sweep->axes[a];
        if (only_judges(axis) || !is_idle(&figures, axis))
            continue;
        if (metrics.count == 0) /* many, and seldom wanted */
            code = store_values(store, session->experiment.name, ARM_SIM, add_metric, &metrics,
                                err);
        if (code == 0 && is_idle(&metrics, axis))
            print_axis(axis);
    }
    close_prints(&figures);
    close_prints(&metrics);
    return code;
}
