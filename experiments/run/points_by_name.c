#include "experiments/run/points_by_name.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

struct name {
    const char *text; /* borrowed from its first point */
    uint32_t number;  /* in order of first points */
    uint32_t place;   /* of its next point in the result; before: how many it has */
};

struct names {
    struct name *list; /* owned */
    uint32_t count, room;
};

/* The number of a name, new or known; looked for from `guess` on, which wraps around. */
static uint32_t number_of(struct names *n, const char *text, uint32_t guess)
{
    for (uint32_t tries = 0; tries < n->count; tries++, guess++) {
        guess = guess < n->count ? guess : 0;
        if (strcmp(n->list[guess].text, text) == 0)
            return guess;
    }
    if (n->count == n->room) {
        n->room = n->room ? 2 * n->room : 64;
        n->list = mem_realloc(n->list, n->room * sizeof *n->list);
    }
    n->list[n->count] = (struct name){ text, n->count, 0 };
    return n->count++;
}

static int by_text(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return strcmp(x->text, y->text);
}

static int by_number(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* From counts to the places where each name starts. */
static void place_names(struct names *n)
{
    uint32_t place = 0;
    if (n->count == 0)
        return;
    qsort(n->list, n->count, sizeof *n->list, by_text);
    for (uint32_t i = 0; i < n->count; i++) {
        uint32_t points = n->list[i].place;
        n->list[i].place = place;
        place += points;
    }
    qsort(n->list, n->count, sizeof *n->list, by_number);
}

uint32_t *points_by_name(const struct record_point *points, size_t count)
{
    struct names names = { 0 };
    uint32_t *number = mem_alloc((count + 1) * sizeof *number);
    uint32_t *order = mem_alloc((count + 1) * sizeof *order);
    uint32_t last = 0;
    for (size_t i = 0; i < count; i++) { /* the same name again, or the next */
        bool again = i > 0 && strcmp(points[i].name, points[i - 1].name) == 0;
        last = number[i] = again ? last : number_of(&names, points[i].name, last + 1);
        names.list[last].place++;
    }
    place_names(&names);
    for (size_t i = 0; i < count; i++)
        order[names.list[number[i]].place++] = (uint32_t)i;
    free(names.list);
    free(number);
    return order;
}
