#include "experiments/cli/class_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/sample.h"
#include "experiments/cli/cell_table.h"
#include "models/class_tally.h"

enum class_figure {
    CLASS_P50,
    CLASS_P95,
    CLASS_P99,
    CLASS_DELIVERED,
    CLASS_DROPPED,
    CLASS_LOST,
    CLASS_FIGURES
};

static const char *const metrics[CLASS_FIGURES] = { "delivery.p50", "delivery.p95",
                                                    "delivery.p99", "delivered",
                                                    "dropped",      "lost" };

struct class_cell {
    char *text; /* owned */
    struct sample samples[CLIENT_CLASSES_MAX][CLASS_FIGURES];
};

struct class_cells {
    const struct shard *part;
    struct class_cell *cell; /* in plan order; owned */
    size_t count;
};

/* The runs come in plan order: the last cell, or another one. */
static struct class_cell *find_or_add(struct class_cells *all, const char *text)
{
    for (size_t i = all->count; i > 0; i--)
        if (strcmp(all->cell[i - 1].text, text) == 0)
            return &all->cell[i - 1];
    all->cell = mem_realloc(all->cell, (all->count + 1) * sizeof *all->cell);
    struct class_cell *cell = &all->cell[all->count++];
    memset(cell, 0, sizeof *cell);
    cell->text = mem_strdup(text);
    return cell;
}

/* "slow.delivery.p99": of which class, and where its figure's name begins; -1: of none. */
static int class_of(const char *name, const char **figure)
{
    for (int c = 0; c < CLIENT_CLASSES_MAX; c++) {
        const char *class = class_tally_name(c);
        size_t length = strlen(class);
        if (strncmp(name, class, length) == 0 && name[length] == '.') {
            *figure = name + length + 1;
            return c;
        }
    }
    return -1;
}

static void add_value(void *context, const struct store_value *v)
{
    static const char prefix[] = "class.";
    struct class_cells *all = context;
    const char *figure;
    if (strncmp(v->metric, prefix, sizeof prefix - 1) != 0 ||
        !shard_has(all->part, v->point, v->replication))
        return;
    int c = class_of(v->metric + sizeof prefix - 1, &figure);
    for (int f = 0; f < CLASS_FIGURES && c >= 0; f++)
        if (strcmp(metrics[f], figure) == 0 && !isnan(v->value))
            sample_add(&find_or_add(all, v->cell)->samples[c][f], v->value);
}

static void print_time(struct text_table *t, const struct sample *s)
{
    char text[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s",
                    s->count == 0 ? "-"
                                  : unit_format_short(text, UNIT_TIME, sample_mean(s) * 1e9));
}

static void print_class(struct text_table *t, const struct class_cell *cell, int c)
{
    const struct sample *s = cell->samples[c];
    if (s[CLASS_DELIVERED].count == 0)
        return;
    cell_table_values(t, cell->text);
    text_table_cell(t, "%s", class_tally_name(c));
    for (int f = CLASS_P50; f <= CLASS_P99; f++)
        print_time(t, &s[f]);
    for (int f = CLASS_DELIVERED; f <= CLASS_LOST; f++)
        text_table_cell(t, "%.0f", sample_mean(&s[f]));
}

static void print_all(const struct class_cells *all)
{
    static const char *const heads[] = { "p50", "p95", "p99", "delivered", "dropped", "lost" };
    struct text_table t;
    text_table_init(&t);
    cell_table_columns(&t, all->cell[0].text);
    text_table_column(&t, "class", false);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_table_column(&t, heads[i], true);
    for (size_t i = 0; i < all->count; i++)
        for (int c = 0; c < CLIENT_CLASSES_MAX; c++)
            print_class(&t, &all->cell[i], c);
    puts("\nby class of clients");
    text_table_print(&t, stdout);
}

static void close_all(struct class_cells *all)
{
    for (size_t i = 0; i < all->count; i++) {
        for (int c = 0; c < CLIENT_CLASSES_MAX; c++)
            for (int f = 0; f < CLASS_FIGURES; f++)
                free(all->cell[i].samples[c][f].values);
        free(all->cell[i].text);
    }
    free(all->cell);
}

static bool any_classes(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->points[i].settings.parameters.class_count > 1)
            return true;
    return false;
}

int class_table_print(const struct session *session, struct store *store, struct error *err)
{
    struct class_cells all = { .part = &session->shard };
    if (!any_classes(&session->plan))
        return 0;
    int code = store_values(store, session->experiment.name, ARM_SIM, add_value, &all, err);
    if (code == 0 && all.count > 0)
        print_all(&all);
    close_all(&all);
    return code;
}
