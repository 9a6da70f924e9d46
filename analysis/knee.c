/* knee.c - where p99 leaves the ample cells behind; see compare.h for the definition. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare.h"

/* One cell on its way from ample to starved. */
struct stop {
    const struct cell *cell;
    char value[UNIT_TEXT_BYTES]; /* of the option sought along */
    double number;               /* the same, in its base unit */
};

/* The number behind a swept value; false for words. */
static bool value_number(const char *key, const char *text, double *number)
{
    size_t count;
    struct error unused;
    const struct option_row *o = options_all(&count);
    o = option_find(o, count, key);
    if (!o) { /* workload.phases.NAME.rate */
        const struct option_row *of_phase = options_of_phase(&count);
        const char *dot = strrchr(key, '.');
        o = option_find(of_phase, count, dot ? dot + 1 : key);
    }
    if (!o || o->type == OPTION_CHOICE || o->type == OPTION_BOOL)
        return false;
    if (strcmp(text, "none") == 0) { /* no limit is the amplest */
        *number = HUGE_VAL;
        return true;
    }
    return unit_parse(text, o->unit, number, &unused) == 0;
}

/* Which option the knee is sought along. */
static bool choose_option(const char *cell, char option[64])
{
    char key[64], value[UNIT_TEXT_BYTES];
    bool found = false, cpu = false;
    double number;
    while (cell_next(&cell, key, value)) {
        bool is_cpu = strcmp(key, "cpu.limit") == 0 || strcmp(key, "cpu.quota") == 0;
        if (!value_number(key, value, &number) || (cpu && !is_cpu))
            continue;
        cpu = is_cpu;
        found = true;
        strcpy(option, key);
        if (strcmp(key, "cpu.limit") == 0)
            break;
    }
    return found;
}

/* Splits a cell into the option's value and all others. */
static bool split(const struct cell *cell, const char *option, struct stop *stop,
                  char group[256])
{
    char key[64], value[UNIT_TEXT_BYTES];
    const char *rest = cell->text;
    bool found = false;
    *group = '\0';
    stop->cell = cell;
    while (cell_next(&rest, key, value)) {
        size_t used = strlen(group);
        if (strcmp(key, option) == 0) {
            strcpy(stop->value, value);
            found = value_number(key, value, &stop->number);
        } else {
            snprintf(group + used, 256 - used, "%s%s=%s", used ? " " : "", key, value);
        }
    }
    return found;
}

static int by_number(const void *a, const void *b)
{
    double x = ((const struct stop *)a)->number, y = ((const struct stop *)b)->number;
    return (x > y) - (x < y);
}

static int by_number_down(const void *a, const void *b)
{
    return by_number(b, a);
}

/* Where most runs got nothing at all it is above any. NAN: no run. */
static double p99_of(const struct stop *stop, enum arm arm)
{
    const struct sample *p99 = &stop->cell->samples[arm][FIGURE_P99];
    return stop->cell->starved[arm] > p99->count ? INFINITY : sample_median(p99);
}

/* Index of the first stop beyond the knee; -1: none exceeds; -2: the arm has no runs. */
static int find_knee(const struct stop *stops, size_t count, enum arm arm, double threshold_s)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        double p99 = p99_of(&stops[i], arm);
        if (isnan(p99))
            continue;
        if (!any && threshold_s <= 0) /* the amplest cell sets the scale */
            threshold_s = COMPARE_KNEE_FACTOR * p99;
        any = true;
        if (p99 > threshold_s)
            return (int)i;
    }
    return any ? -1 : -2;
}

static void knee_of(struct knee *knee, const struct stop *stops, size_t count,
                    double threshold_s)
{
    int at[ARMS];
    for (int a = 0; a < ARMS; a++) {
        at[a] = find_knee(stops, count, (enum arm)a, threshold_s);
        knee->at[a] = at[a] < 0 ? NULL : stops[at[a]].cell;
        strcpy(knee->value[a], at[a] == -2 ? "-" : at[a] < 0 ? "none" : stops[at[a]].value);
    }
    if (at[ARM_SIM] == at[ARM_REAL])
        knee->apart = at[ARM_SIM] == -2 ? -1 : 0;
    else
        knee->apart = at[0] < 0 || at[1] < 0 ? -1 : abs(at[0] - at[1]);
}

static bool known_group(const struct knee *knees, size_t count, const char *group)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(knees[i].group, group) == 0)
            return true;
    return false;
}

/* The cells of one group, from the least value of the option or from the greatest. */
static size_t gather(const struct cells *cells, const char *option, const char *group,
                     bool down, struct stop *stops)
{
    size_t count = 0;
    char other[256];
    for (size_t i = 0; i < cells->count; i++)
        if (split(&cells->cell[i], option, &stops[count], other) && strcmp(other, group) == 0)
            count++;
    qsort(stops, count, sizeof *stops, down ? by_number_down : by_number);
    return count;
}

/* 1: the last stop is later than the first, -1: sooner; simulated, else measured. 0: not known. */
static int later(const struct stop *stops, size_t count)
{
    for (int a = 0; a < ARMS && count > 0; a++) {
        double first = p99_of(&stops[0], (enum arm)a);
        double last = p99_of(&stops[count - 1], (enum arm)a);
        if (first > 0 && last > 0)
            return (last > first) - (last < first);
    }
    return 0;
}

/* The groups of all cells, in plan order; returns their number. */
static size_t find_groups(const struct cells *cells, const char *option, struct knee *knees)
{
    size_t count = 0;
    char group[256];
    for (size_t i = 0; i < cells->count; i++) {
        struct stop unused;
        if (!split(&cells->cell[i], option, &unused, group) || known_group(knees, count, group))
            continue;
        strcpy(knees[count].group, group);
        strcpy(knees[count++].option, option);
    }
    return count;
}

/* Is the greatest value the amplest? So is more CPU; of other options (memory, pods, clients) the
 * latencies at both ends of all groups tell, of each as often as it has cells. */
static bool greatest_first(const struct cells *cells, const char *option,
                           const struct knee *knees, size_t count, struct stop *stops)
{
    int64_t sum = 0;
    if (strncmp(option, "cpu.", 4) == 0)
        return true;
    for (size_t i = 0; i < count; i++) {
        size_t cells_of = gather(cells, option, knees[i].group, false, stops);
        sum += (int64_t)cells_of * later(stops, cells_of);
    }
    return sum < 0;
}

size_t compare_knees(const struct cells *cells, double threshold_s, struct knee **knees)
{
    char option[64];
    *knees = NULL;
    if (cells->count == 0 || !choose_option(cells->cell[0].text, option))
        return 0;
    struct stop *stops = mem_alloc((cells->count + 1) * sizeof *stops);
    *knees = mem_alloc(cells->count * sizeof **knees);
    size_t count = find_groups(cells, option, *knees);
    bool down = greatest_first(cells, option, *knees, count, stops);
    for (size_t i = 0; i < count; i++)
        knee_of(&(*knees)[i], stops, gather(cells, option, (*knees)[i].group, down, stops),
                threshold_s);
    free(stops);
    return count;
}
